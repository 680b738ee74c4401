// Settings of the toy as tests start from them: the paper's size, a narrow MLP, DPO by Adam.
import type { ToySettings } from '../../../src/ml/toy/plan.ts'

const settings: ToySettings = {
  ...{ scenario: '1', prompts: 4, responses: 10, pairs: 'fixed' },
  ...{ model: 'mlp', layers: 3, width: 64, fit: 'all', fit_rate: 1e-3 },
  ...{ method: 'dpo', beta: 0.1, label_smoothing: 0 },
  ...{ optimiser: 'adam', learning_rate: 1e-3, steps: 2000, records: 200 },
}

export const toySettings = (change: Partial<ToySettings> = {}): ToySettings =>
  ({ ...settings, ...change }) as ToySettings

/** Every coefficient of every method, at usual values. */
export const coefficients = {
  ...{ beta: 0.3, label_smoothing: 0.1, beta_plus: 0.2, beta_minus: 0.05, gamma: 0.02, dpop_lambda: 5, eta: 0.2 },
  ...{ slic_delta: 5, slic_eta: 0.1, desirable_weight: 1.2, undesirable_weight: 0.8, simpo_beta: 2, simpo_gamma: 0.5 },
  ...{ odds_weight: 0.3, kl_coef: 0.05, cliprange: 0.2, ppo_passes: 4, reward_steps: 50, reward_rate: 1e-2 },
}
