// The tuning methods and the settings each of them reads.
import { z } from 'zod'
import { methodSettings } from './method-settings.ts'
import { settings, type SettingKey } from './settings.ts'

/** What is told of a method, once. */
type Told = {
  label: string
  meaning: string
  /** Authors, year and arXiv number. */
  paper: string
  /** What it learns from: pairs, prompts of pairs, which the policy answers itself, or pairs as a reward model that scores texts. */
  learns: 'pairs' | 'prompts' | 'rewards'
  /** Whether its loss reads the reference. Its readings are told against the reference in any case. */
  reference: boolean
  /** The settings of its own that it reads. */
  own: readonly SettingKey[]
  /** Those that all others read and it does not. */
  without?: readonly SettingKey[]
  /** Why it cannot be a term of a weighted sum, if it learns from pairs and cannot. */
  alone?: string
  /** Settings that it needs to have this value, and why. */
  only?: Partial<Record<SettingKey, { is: string; why: string }>>
  /** Settings that it needs to be at least so large. */
  least?: Partial<Record<SettingKey, number>>
}

const told = {
  dpo: {
    label: 'DPO',
    meaning:
      'Direct preference optimisation: raises the chosen response over the rejected one, relative to the reference.',
    paper: 'Rafailov et al. 2023, arXiv 2305.18290',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'label_smoothing', 'divergence', 'divergence_alpha'],
  },
  'flex-dpo': {
    label: 'Flex-DPO',
    meaning: 'DPO with a beta of its own for each side: a smaller one for the rejected response slows its fall.',
    paper: 'Yan et al. 2025 (3D-Properties), arXiv 2406.07327',
    learns: 'pairs',
    reference: true,
    own: ['beta_plus', 'beta_minus'],
  },
  'sft-dpo': {
    label: 'SFT-DPO',
    meaning:
      'DPO with the likelihood of the chosen response added, so that it goes on learning it when the rejected one is gone.',
    paper: 'Yan et al. 2025 (3D-Properties), arXiv 2406.07327',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'gamma'],
  },
  rpo: {
    label: 'DPO + NLL',
    meaning: 'DPO with the mean token likelihood of the chosen response added.',
    paper: 'Pang et al. 2024 (Iterative RPO), arXiv 2404.19733',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'nll_weight'],
  },
  dpop: {
    label: 'DPOP',
    meaning: 'DPO with a penalty as soon as the chosen response is less likely than under the reference.',
    paper: 'Pal et al. 2024 (Smaug), arXiv 2402.13228',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'dpop_lambda'],
  },
  ipo: {
    label: 'IPO',
    meaning: 'Draws the distance of the two mean log-ratios to a set value instead of ever further.',
    paper: 'Azar et al. 2023, arXiv 2310.12036; by length, as TRL',
    learns: 'pairs',
    reference: true,
    own: ['beta'],
  },
  'ipo-sums': {
    label: 'IPO on sums',
    meaning: 'IPO on log-ratios summed over tokens, as the 3D-Properties paper has it.',
    paper: 'Azar et al. 2023; Yan et al. 2025, equation 8',
    learns: 'pairs',
    reference: true,
    own: ['eta'],
  },
  hinge: {
    label: 'Hinge',
    meaning: 'DPO with a hinge in place of the logistic loss: a pair that is far enough apart is left alone.',
    paper: 'Zhao et al. 2023 (SLiC), arXiv 2305.10425; on log-ratios, as TRL',
    learns: 'pairs',
    reference: true,
    own: ['beta'],
  },
  slic: {
    label: 'SLiC',
    meaning: 'A hinge on the two log-likelihoods and the likelihood of the chosen response, without a reference.',
    paper: 'Zhao et al. 2023, arXiv 2305.10425; Yan et al. 2025, equation 11',
    learns: 'pairs',
    reference: false,
    own: ['slic_delta', 'slic_eta'],
  },
  rdpo: {
    label: 'Robust DPO',
    meaning: 'DPO that is right in the mean when a known share of the labels is flipped.',
    paper: 'Chowdhury et al. 2024, arXiv 2403.00409',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'flip_rate'],
  },
  exo: {
    label: 'EXO',
    meaning: 'Reverse KL divergence between the policy and softened labels.',
    paper: 'Ji et al. 2024, arXiv 2402.00856',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'exo_epsilon'],
  },
  nca: {
    label: 'NCA',
    meaning: 'Noise-contrastive alignment: holds the chosen response up by itself, not only above the rejected one.',
    paper: 'Chen et al. 2024, arXiv 2402.05369',
    learns: 'pairs',
    reference: true,
    own: ['beta'],
  },
  bco: {
    label: 'BCO',
    meaning: 'Binary classifier: chosen responses above, rejected ones below the reference, each by itself.',
    paper: 'Jung et al. 2024, arXiv 2404.04656; as TRL',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'bco_shift'],
  },
  sppo: {
    label: 'SPPO',
    meaning: 'Draws the log-ratio of the chosen response to 1 / (2 β) and that of the rejected one to its negative.',
    paper: 'Wu et al. 2024, arXiv 2405.00675; hard labels, as TRL',
    learns: 'pairs',
    reference: true,
    own: ['beta'],
  },
  aot: {
    label: 'AOT',
    meaning: 'Compares the sorted distances of a batch, so that the policy prefers as the labels do in distribution.',
    paper: 'Melnyk et al. 2024, arXiv 2406.05882',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'label_smoothing'],
  },
  'aot-unpaired': {
    label: 'AOT, unpaired',
    meaning: 'Compares the sorted log-ratios of all chosen with those of all rejected responses of a batch.',
    paper: 'Melnyk et al. 2024, arXiv 2406.05882',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'label_smoothing'],
  },
  'apo-zero': {
    label: 'APO zero',
    meaning:
      'Raises the chosen and lowers the rejected response: for pairs whose chosen is better than what the model writes.',
    paper: "D'Oosterlinck et al. 2024, arXiv 2408.06266, equation 7",
    learns: 'pairs',
    reference: true,
    own: ['beta'],
  },
  'apo-down': {
    label: 'APO down',
    meaning: 'Lowers both, the rejected response more: for pairs whose chosen is worse than what the model writes.',
    paper: "D'Oosterlinck et al. 2024, arXiv 2408.06266, equation 8",
    learns: 'pairs',
    reference: true,
    own: ['beta'],
  },
  discopop: {
    label: 'DiscoPOP',
    meaning: 'A loss found by search: between logistic and exponential.',
    paper: 'Lu et al. 2024, arXiv 2406.08414',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'discopop_tau'],
  },
  'cal-dpo': {
    label: 'Cal-DPO',
    meaning:
      'DPO that also draws each log-ratio to a value of its own, so that the chosen response stays above the reference.',
    paper: 'Xiao et al. 2024, arXiv 2412.14516',
    learns: 'pairs',
    reference: true,
    own: ['beta'],
  },
  'ln-dpo': {
    label: 'Length-normalised DPO',
    meaning: 'DPO on log-ratios divided by the length of their response.',
    paper: 'Lambert et al. 2024 (Tulu 3), arXiv 2411.15124; as TRL',
    learns: 'pairs',
    reference: true,
    own: ['beta'],
  },
  'beta-dpo': {
    label: 'β-DPO',
    meaning:
      'DPO whose beta follows how far apart the pairs of a batch are, and which leaves out those that stand far off.',
    paper: 'Wu et al. 2024, arXiv 2407.08639',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'beta_gain', 'filter_rate'],
  },
  'ld-dpo': {
    label: 'LD-DPO',
    meaning: 'DPO that counts what the longer response says beyond the length of the shorter one for less.',
    paper: 'Liu et al. 2024, arXiv 2409.06411; as TRL',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'ld_alpha'],
  },
  wpo: {
    label: 'WPO',
    meaning: 'DPO in which a pair counts by how likely the policy itself would have written its responses.',
    paper: 'Zhou et al. 2024, arXiv 2406.11827; as TRL',
    learns: 'pairs',
    reference: true,
    own: ['beta'],
  },
  'tr-dpo': {
    label: 'TR-DPO',
    meaning: 'DPO against a reference that follows the policy. Readings are told against the reference of the start.',
    paper: 'Gorbatovski et al. 2024, arXiv 2404.09656',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'reference_update', 'reference_share', 'reference_every'],
    only: { tuning: { is: 'lora', why: 'its moving reference is a second adapter' } },
    alone: 'its reference moves, and the others would read it',
  },
  'weighted-sum': {
    label: 'Weighted sum',
    meaning:
      'The losses of several methods, each times a weight, added up. A setting that two of them read is the same for both.',
    paper: 'Wang et al. 2024 (MPO), arXiv 2411.10442; as TRL',
    learns: 'pairs',
    reference: true,
    own: ['terms'],
    alone: 'it is a sum itself',
  },
  kto: {
    label: 'KTO',
    meaning:
      'Each response by itself, good or bad, against how far the policy has moved in all. Pairs are read as one of each.',
    paper: 'Ethayarajh et al. 2024, arXiv 2402.01306',
    learns: 'pairs',
    reference: true,
    own: ['beta', 'desirable_weight', 'undesirable_weight'],
    // In a batch of one nobody is there whose response could stand in for another's.
    least: { batch_pairs: 2 },
  },
  simpo: {
    label: 'SimPO',
    meaning: 'The mean log-likelihood of a token is the reward; no reference.',
    paper: 'Meng et al. 2024, arXiv 2405.14734',
    learns: 'pairs',
    reference: false,
    own: ['simpo_beta', 'simpo_gamma'],
  },
  alphapo: {
    label: 'AlphaPO',
    meaning: 'SimPO with another shape of the reward.',
    paper: 'Gupta et al. 2025, arXiv 2501.03884',
    learns: 'pairs',
    reference: false,
    own: ['simpo_beta', 'simpo_gamma', 'alphapo_alpha'],
  },
  cpo: {
    label: 'CPO',
    meaning: 'DPO with an even reference, and the mean token likelihood of the chosen response added.',
    paper: 'Xu et al. 2024, arXiv 2401.08417',
    learns: 'pairs',
    reference: false,
    own: ['beta', 'nll_weight'],
  },
  orpo: {
    label: 'ORPO',
    meaning: 'Likelihood of the chosen response and the odds ratio of the two, no reference: tuning in one stage.',
    paper: 'Hong et al. 2024, arXiv 2403.07691',
    learns: 'pairs',
    reference: false,
    own: ['odds_weight'],
  },
  sft: {
    label: 'SFT on chosen',
    meaning: 'Learns the chosen responses by their likelihood alone. The rejected ones are only measured.',
    paper: 'The stage before DPO; Ouyang et al. 2022, arXiv 2203.02155',
    learns: 'pairs',
    reference: false,
    own: [],
  },
  grpo: {
    label: 'GRPO',
    meaning:
      'The policy answers each prompt several times, a checker scores the answers, and those above the mean of their group are made likelier.',
    paper: 'Shao et al. 2024 (DeepSeekMath), arXiv 2402.03300; DAPO 2503.14476; Dr. GRPO 2503.20783',
    learns: 'prompts',
    reference: true,
    own: [
      'reward_from',
      'reward_model',
      'checker',
      'group_size',
      'response_tokens',
      'temperature',
      'kl_weight',
      'normalisation',
      'scale_rewards',
      'missing_eos_penalty',
      'num_iterations',
      'minibatches',
      'cliprange',
      'cliprange_high',
      'target_kl',
    ],
    least: { group_size: 2 },
  },
  rloo: {
    label: 'RLOO',
    meaning:
      'As GRPO, each answer compared with the mean of the others to its prompt, and the distance from the reference taken off its score.',
    paper: 'Ahmadian et al. 2024, arXiv 2402.14740',
    learns: 'prompts',
    reference: true,
    own: [
      'reward_from',
      'reward_model',
      'checker',
      'group_size',
      'response_tokens',
      'temperature',
      'kl_weight',
      'missing_eos_penalty',
      'num_iterations',
      'minibatches',
      'cliprange',
      'cliprange_high',
      'target_kl',
    ],
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
      'reward_from',
      'reward_model',
      'checker',
      'group_size',
      'response_tokens',
      'temperature',
      'kl_coef',
      'kl_estimator',
      'missing_eos_penalty',
      'ppo_epochs',
      'minibatches',
      'cliprange',
      'target_kl',
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
    own: [
      'beta',
      'label_smoothing',
      'reward_from',
      'reward_model',
      'checker',
      'group_size',
      'response_tokens',
      'temperature',
      'missing_eos_penalty',
    ],
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
    without: [
      'probe_others',
      'probe_samples',
      'probe_sample_tokens',
      'sample_prompts',
      'sample_every',
      'sample_tokens',
    ],
  },
} as const satisfies Record<string, Told>

export type MethodName = keyof typeof told
export const MethodName = z.enum(Object.keys(told) as [MethodName, ...MethodName[]])

export type Method = Omit<Told, 'own' | 'without'> & { name: MethodName }

export const methods = Object.fromEntries(
  MethodName.options.map((name): [MethodName, Method] => {
    const { own: _, without: __, ...rest }: Told = told[name]
    return [name, { name, ...rest }]
  }),
) as Record<MethodName, Method>

/** The settings that belong to the method itself, in the order of the form. */
export function ownSettings(name: MethodName): readonly SettingKey[] {
  return told[name].own
}

/** The settings that methods share, as far as this one reads them. */
export function sharedSettings(name: MethodName): SettingKey[] {
  const { without = [] }: Told = told[name]
  return settings
    .map((setting) => setting.key)
    .filter((key) => !without.includes(key) && !methodSettings.some((setting) => setting.key === key))
}
