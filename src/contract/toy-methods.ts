// The methods that the toy knows, by the names of the app's table, and the settings that each reads there.
import type { MethodName } from './methods.ts'

export const toyMethods = {
  dpo: ['beta', 'label_smoothing'],
  'flex-dpo': ['beta_plus', 'beta_minus'],
  'sft-dpo': ['beta', 'gamma'],
  dpop: ['beta', 'dpop_lambda'],
  'ipo-sums': ['eta'],
  slic: ['slic_delta', 'slic_eta'],
  hinge: ['beta'],
  nca: ['beta'],
  'apo-zero': ['beta'],
  kto: ['beta', 'desirable_weight', 'undesirable_weight'],
  'cal-dpo': ['beta'],
  simpo: ['simpo_beta', 'simpo_gamma'],
  orpo: ['odds_weight'],
  sft: [],
  ppo: ['kl_coef', 'cliprange', 'ppo_passes', 'reward_steps', 'reward_rate'],
} as const satisfies Partial<Record<MethodName, readonly string[]>>

export type ToyMethodName = keyof typeof toyMethods
export const toyMethodNames = Object.keys(toyMethods) as ToyMethodName[]

/** The settings that only some methods read. */
export const methodOwn: ReadonlySet<string> = new Set(Object.values(toyMethods).flat())
