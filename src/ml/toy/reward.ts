// The toy's reward model: scores of the same kind of model, trained on the pairs by Bradley and Terry's loss.
import { openOptimiser } from './optim.ts'
import { setLogits } from './fit.ts'
import { numberOf, type ToySettings } from './plan.ts'
import { openPolicy } from './policy.ts'
import { pairsAt } from './scenarios.ts'

/**
 * r(x, y), [P x R], after `reward_steps` steps of Adam on -log sigmoid(r(a+) - r(a-)) + 0.01 (r(a+) + r(a-))^2, which holds the mean of the
 * two near 0 (Eisenstein et al., arXiv 2312.09244). All rewards begin at 0, so what the pairs never touch gets only what is shared.
 */
export function trainedRewards(settings: ToySettings, seed: number): Float64Array {
  const { prompts: P, responses: R } = settings
  const model = openPolicy(settings, seed, 'toy reward')
  setLogits(model, new Float64Array(R))
  const optimiser = openOptimiser('adam', model.parameters.values.length)
  const outer = new Float64Array(P * R)
  const [steps, rate] = [numberOf(settings, 'reward_steps'), numberOf(settings, 'reward_rate')]
  for (let step = 0; step < steps; step++) {
    const reward = model.logits()
    const pairs = pairsAt(step, settings, seed)
    outer.fill(0)
    for (let p = 0; p < P; p++) {
      const [up, down] = [p * R + p, p * R + pairs[p]!]
      const wrong = 1 / (1 + Math.exp(reward[up]! - reward[down]!))
      const centring = 0.02 * (reward[up]! + reward[down]!)
      outer[up] = (centring - wrong) / P
      outer[down] = (centring + wrong) / P
    }
    model.backward(outer)
    optimiser(model.parameters, rate)
  }
  return model.logits().slice()
}
