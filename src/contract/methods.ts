// The tuning methods and the settings each of them reads.
import { z } from 'zod'
import { methodSettings } from './method-settings.ts'
import { settings, type SettingKey } from './settings.ts'

export const MethodName = z.enum([
  'dpo',
  'flex-dpo',
  'sft-dpo',
  'rpo',
  'dpop',
  'ipo',
  'ipo-sums',
  'hinge',
  'slic',
  'rdpo',
  'exo',
  'nca',
  'bco',
  'sppo',
  'aot',
  'aot-unpaired',
  'apo-zero',
  'apo-down',
  'discopop',
  'cal-dpo',
  'ln-dpo',
  'kto',
  'simpo',
  'alphapo',
  'cpo',
  'orpo',
  'sft',
  'grpo',
  'rloo',
])
export type MethodName = z.infer<typeof MethodName>

export type Method = {
  name: MethodName
  label: string
  meaning: string
  /** Authors, year and arXiv number. */
  paper: string
  /** What it learns from: pairs, or prompts of pairs, which the policy answers itself. */
  learns: 'pairs' | 'prompts'
  /** Whether its loss reads the reference. Its readings are told against the reference in any case. */
  reference: boolean
  /** Settings that it needs to be at least so large. */
  least?: Partial<Record<SettingKey, number>>
  /** What it reads, in the order of the form. */
  reads: readonly SettingKey[]
}

/** The settings of its own that each method reads; all others are read by every method. */
const own = {
  dpo: ['beta', 'label_smoothing', 'divergence', 'divergence_alpha'],
  'flex-dpo': ['beta_plus', 'beta_minus'],
  'sft-dpo': ['beta', 'gamma'],
  rpo: ['beta', 'nll_weight'],
  dpop: ['beta', 'dpop_lambda'],
  ipo: ['beta'],
  'ipo-sums': ['eta'],
  hinge: ['beta'],
  slic: ['slic_delta', 'slic_eta'],
  rdpo: ['beta', 'flip_rate'],
  exo: ['beta', 'exo_epsilon'],
  nca: ['beta'],
  bco: ['beta'],
  sppo: ['beta'],
  aot: ['beta', 'label_smoothing'],
  'aot-unpaired': ['beta', 'label_smoothing'],
  'apo-zero': ['beta'],
  'apo-down': ['beta'],
  discopop: ['beta', 'discopop_tau'],
  'cal-dpo': ['beta'],
  'ln-dpo': ['beta'],
  kto: ['beta', 'desirable_weight', 'undesirable_weight'],
  simpo: ['simpo_beta', 'simpo_gamma'],
  alphapo: ['simpo_beta', 'simpo_gamma', 'alphapo_alpha'],
  cpo: ['beta', 'nll_weight'],
  orpo: ['odds_weight'],
  sft: [],
  grpo: [
    ...(['checker', 'group_size', 'response_tokens', 'temperature'] as const),
    ...(['kl_weight', 'normalisation', 'scale_rewards', 'missing_eos_penalty'] as const),
  ],
  rloo: ['checker', 'group_size', 'response_tokens', 'temperature', 'kl_weight', 'missing_eos_penalty'],
} as const satisfies Record<MethodName, readonly SettingKey[]>

const everyKey = settings.map((setting) => setting.key)
const common = everyKey.filter((key) => !methodSettings.some((setting) => setting.key === key))

function method(
  name: MethodName,
  told: Omit<Method, 'name' | 'reads' | 'learns'> & Partial<Pick<Method, 'learns'>>,
): Method {
  return { name, learns: 'pairs', ...told, reads: [...own[name], ...common] }
}

export const methods: Record<MethodName, Method> = {
  dpo: method('dpo', {
    label: 'DPO',
    meaning:
      'Direct preference optimisation: raises the chosen response over the rejected one, relative to the reference.',
    paper: 'Rafailov et al. 2023, arXiv 2305.18290',
    reference: true,
  }),
  'flex-dpo': method('flex-dpo', {
    label: 'Flex-DPO',
    meaning: 'DPO with a beta of its own for each side: a smaller one for the rejected response slows its fall.',
    paper: 'Yan et al. 2025 (3D-Properties), arXiv 2406.07327',
    reference: true,
  }),
  'sft-dpo': method('sft-dpo', {
    label: 'SFT-DPO',
    meaning:
      'DPO with the likelihood of the chosen response added, so that it goes on learning it when the rejected one is gone.',
    paper: 'Yan et al. 2025 (3D-Properties), arXiv 2406.07327',
    reference: true,
  }),
  rpo: method('rpo', {
    label: 'DPO + NLL',
    meaning: 'DPO with the mean token likelihood of the chosen response added.',
    paper: 'Pang et al. 2024 (Iterative RPO), arXiv 2404.19733',
    reference: true,
  }),
  dpop: method('dpop', {
    label: 'DPOP',
    meaning: 'DPO with a penalty as soon as the chosen response is less likely than under the reference.',
    paper: 'Pal et al. 2024 (Smaug), arXiv 2402.13228',
    reference: true,
  }),
  ipo: method('ipo', {
    label: 'IPO',
    meaning: 'Draws the distance of the two mean log-ratios to a set value instead of ever further.',
    paper: 'Azar et al. 2023, arXiv 2310.12036; by length, as TRL',
    reference: true,
  }),
  'ipo-sums': method('ipo-sums', {
    label: 'IPO on sums',
    meaning: 'IPO on log-ratios summed over tokens, as the 3D-Properties paper has it.',
    paper: 'Azar et al. 2023; Yan et al. 2025, equation 8',
    reference: true,
  }),
  hinge: method('hinge', {
    label: 'Hinge',
    meaning: 'DPO with a hinge in place of the logistic loss: a pair that is far enough apart is left alone.',
    paper: 'Zhao et al. 2023 (SLiC), arXiv 2305.10425; on log-ratios, as TRL',
    reference: true,
  }),
  slic: method('slic', {
    label: 'SLiC',
    meaning: 'A hinge on the two log-likelihoods and the likelihood of the chosen response, without a reference.',
    paper: 'Zhao et al. 2023, arXiv 2305.10425; Yan et al. 2025, equation 11',
    reference: false,
  }),
  rdpo: method('rdpo', {
    label: 'Robust DPO',
    meaning: 'DPO that is right in the mean when a known share of the labels is flipped.',
    paper: 'Chowdhury et al. 2024, arXiv 2403.00409',
    reference: true,
  }),
  exo: method('exo', {
    label: 'EXO',
    meaning: 'Reverse KL divergence between the policy and softened labels.',
    paper: 'Ji et al. 2024, arXiv 2402.00856',
    reference: true,
  }),
  nca: method('nca', {
    label: 'NCA',
    meaning: 'Noise-contrastive alignment: holds the chosen response up by itself, not only above the rejected one.',
    paper: 'Chen et al. 2024, arXiv 2402.05369',
    reference: true,
  }),
  bco: method('bco', {
    label: 'BCO',
    meaning:
      'Binary classifier: chosen responses above, rejected ones below the reference, each by itself. Without its running shift.',
    paper: 'Jung et al. 2024, arXiv 2404.04656; as TRL',
    reference: true,
  }),
  sppo: method('sppo', {
    label: 'SPPO',
    meaning: 'Draws the log-ratio of the chosen response to 1 / (2 β) and that of the rejected one to its negative.',
    paper: 'Wu et al. 2024, arXiv 2405.00675; hard labels, as TRL',
    reference: true,
  }),
  aot: method('aot', {
    label: 'AOT',
    meaning: 'Compares the sorted distances of a batch, so that the policy prefers as the labels do in distribution.',
    paper: 'Melnyk et al. 2024, arXiv 2406.05882',
    reference: true,
  }),
  'aot-unpaired': method('aot-unpaired', {
    label: 'AOT, unpaired',
    meaning: 'Compares the sorted log-ratios of all chosen with those of all rejected responses of a batch.',
    paper: 'Melnyk et al. 2024, arXiv 2406.05882',
    reference: true,
  }),
  'apo-zero': method('apo-zero', {
    label: 'APO zero',
    meaning:
      'Raises the chosen and lowers the rejected response: for pairs whose chosen is better than what the model writes.',
    paper: "D'Oosterlinck et al. 2024, arXiv 2408.06266, equation 7",
    reference: true,
  }),
  'apo-down': method('apo-down', {
    label: 'APO down',
    meaning: 'Lowers both, the rejected response more: for pairs whose chosen is worse than what the model writes.',
    paper: "D'Oosterlinck et al. 2024, arXiv 2408.06266, equation 8",
    reference: true,
  }),
  discopop: method('discopop', {
    label: 'DiscoPOP',
    meaning: 'A loss found by search: between logistic and exponential.',
    paper: 'Lu et al. 2024, arXiv 2406.08414',
    reference: true,
  }),
  'cal-dpo': method('cal-dpo', {
    label: 'Cal-DPO',
    meaning:
      'DPO that also draws each log-ratio to a value of its own, so that the chosen response stays above the reference.',
    paper: 'Xiao et al. 2024, arXiv 2412.14516',
    reference: true,
  }),
  'ln-dpo': method('ln-dpo', {
    label: 'Length-normalised DPO',
    meaning: 'DPO on log-ratios divided by the length of their response.',
    paper: 'Lambert et al. 2024 (Tulu 3), arXiv 2411.15124; as TRL',
    reference: true,
  }),
  kto: method('kto', {
    label: 'KTO',
    meaning:
      'Each response by itself, good or bad, against how far the policy has moved in all. Pairs are read as one of each.',
    paper: 'Ethayarajh et al. 2024, arXiv 2402.01306',
    reference: true,
    // In a batch of one nobody is there whose response could stand in for another's.
    least: { batch_pairs: 2 },
  }),
  simpo: method('simpo', {
    label: 'SimPO',
    meaning: 'The mean log-likelihood of a token is the reward; no reference.',
    paper: 'Meng et al. 2024, arXiv 2405.14734',
    reference: false,
  }),
  alphapo: method('alphapo', {
    label: 'AlphaPO',
    meaning: 'SimPO with another shape of the reward.',
    paper: 'Gupta et al. 2025, arXiv 2501.03884',
    reference: false,
  }),
  cpo: method('cpo', {
    label: 'CPO',
    meaning: 'DPO with an even reference, and the mean token likelihood of the chosen response added.',
    paper: 'Xu et al. 2024, arXiv 2401.08417',
    reference: false,
  }),
  orpo: method('orpo', {
    label: 'ORPO',
    meaning: 'Likelihood of the chosen response and the odds ratio of the two, no reference: tuning in one stage.',
    paper: 'Hong et al. 2024, arXiv 2403.07691',
    reference: false,
  }),
  sft: method('sft', {
    label: 'SFT on chosen',
    meaning: 'Learns the chosen responses by their likelihood alone. The rejected ones are only measured.',
    paper: 'The stage before DPO; Ouyang et al. 2022, arXiv 2203.02155',
    reference: false,
  }),
  grpo: method('grpo', {
    label: 'GRPO',
    meaning:
      'The policy answers each prompt several times, a checker scores the answers, and those above the mean of their group are made likelier.',
    paper: 'Shao et al. 2024 (DeepSeekMath), arXiv 2402.03300; DAPO 2503.14476; Dr. GRPO 2503.20783',
    reference: true,
    learns: 'prompts',
  }),
  rloo: method('rloo', {
    label: 'RLOO',
    meaning:
      'As GRPO, each answer compared with the mean of the others to its prompt, and the distance from the reference taken off its score.',
    paper: 'Ahmadian et al. 2024, arXiv 2402.14740',
    reference: true,
    learns: 'prompts',
  }),
}
