// The tuning methods and the settings each of them reads.
import { z } from 'zod'
import { labelSettings } from './label-settings.ts'
import type { MethodRow } from './method.ts'
import { methodSettings } from './method-settings.ts'
import { pairMethods } from './pair-methods.ts'
import { unseenProbes } from './probe-settings.ts'
import { settings, type SettingKey } from './settings.ts'

/** How a method that learns from prompts has them answered and scored. */
const answering = [
  ...['reward_from', 'reward_model', 'checker', 'checker_parameters'],
  ...['group_size', 'response_tokens', 'temperature'],
] as const
/** How often answers are learnt from, and how far. */
const passes = ['num_iterations', 'minibatches', 'cliprange', 'cliprange_high', 'target_kl', 'entropy_coef'] as const

const told = {
  ...pairMethods,
  grpo: {
    label: 'GRPO',
    meaning:
      'The policy answers each prompt several times, a checker or a reward model scores the answers, and those above the mean of their group are made likelier.',
    paper: 'Shao et al. 2024 (DeepSeekMath), arXiv 2402.03300; DAPO 2503.14476; Dr. GRPO 2503.20783',
    learns: 'prompts',
    reference: true,
    own: [...answering, 'kl_weight', 'normalisation', 'scale_rewards', 'missing_eos_penalty', ...passes],
    least: { group_size: 2 },
  },
  rloo: {
    label: 'RLOO',
    meaning:
      'As GRPO, each answer compared with the mean of the others to its prompt, and the distance from the reference taken off its score.',
    paper: 'Ahmadian et al. 2024, arXiv 2402.14740',
    learns: 'prompts',
    reference: true,
    own: [...answering, 'kl_weight', 'missing_eos_penalty', ...passes],
    least: { group_size: 2 },
  },
  ppo: {
    label: 'PPO',
    meaning:
      'The policy answers each prompt, a checker or a reward model scores the answer, and a value head tells for each token how much better it was than expected.',
    paper: 'Schulman et al. 2017, arXiv 1707.06347; Ziegler et al. 2019, arXiv 1909.08593; as TRL',
    learns: 'prompts',
    reference: true,
    own: [
      ...answering,
      'kl_coef',
      'kl_control',
      'kl_target',
      'kl_horizon',
      'kl_estimator',
      'missing_eos_penalty',
      'ppo_epochs',
      'minibatches',
      'cliprange',
      'target_kl',
      'entropy_coef',
      'vf_coef',
      'cliprange_value',
      'gae_gamma',
      'gae_lambda',
      'whiten_rewards',
    ],
  },
  'online-dpo': {
    label: 'Online DPO',
    meaning:
      'The policy answers each prompt several times, a checker or a reward model scores the answers, and DPO learns from the best and the worst.',
    paper: 'Guo et al. 2024, arXiv 2402.04792',
    learns: 'prompts',
    reference: true,
    own: ['beta', 'label_smoothing', ...answering, 'missing_eos_penalty'],
    only: {
      tuning: { is: 'lora', why: 'with full tuning the weights of the reference are trained, and new answers need it' },
    },
    least: { group_size: 2 },
  },
  'reward-model': {
    label: 'Reward model',
    meaning:
      'Learns to score a response as people would: the chosen response above the rejected one. It answers nothing; PPO and others learn from its scores.',
    paper:
      'Bradley and Terry 1952; Ouyang et al. 2022, arXiv 2203.02155; centring Eisenstein et al. 2023, arXiv 2312.09244',
    learns: 'rewards',
    reference: false,
    own: ['centring'],
    labels: ['margin', 'soft-label', 'weight'],
    without: [
      ...unseenProbes,
      'probe_resample_temperature',
      'probe_sample_tokens',
      'geometry_pairs',
      'geometry_every',
      'sample_prompts',
      'sample_every',
      'sample_tokens',
    ],
  },
} as const satisfies Record<string, MethodRow>

export type MethodName = keyof typeof told
export const MethodName = z.enum(Object.keys(told) as [MethodName, ...MethodName[]])

export type Method = Omit<MethodRow, 'own' | 'without'> & { name: MethodName }

export const methods = Object.fromEntries(
  MethodName.options.map((name): [MethodName, Method] => {
    const { own: _, without: __, ...rest }: MethodRow = told[name]
    return [name, { name, ...rest }]
  }),
) as Record<MethodName, Method>

/** The settings that belong to the method itself, in the order of the form. */
export function ownSettings(name: MethodName): readonly SettingKey[] {
  return told[name].own
}

/** The settings that methods share, as far as this one reads them. */
export function sharedSettings(name: MethodName): SettingKey[] {
  const { without = [], labels }: MethodRow = told[name]
  const apart = new Set<string>([...without, ...keysOf(methodSettings), ...(labels ? [] : keysOf(labelSettings))])
  return settings.map((setting) => setting.key).filter((key) => !apart.has(key))
}

const keysOf = (all: readonly { key: string }[]) => all.map(({ key }) => key)
