// The program of a policy gradient: what sampled answers teach the weights.
import { collatedSizes } from '../data/collate.ts'
import { lossAndGradients } from '../gradients.ts'
import { responsesAtOnce } from '../head/log-probs.ts'
import type { ModelConfig } from '../models/config.ts'
import type { LoraSettings } from '../models/lora.ts'
import { weightedTokenSum } from '../losses/policy-gradient.ts'
import type { Tensors } from '../program.ts'
import * as tf from '../tf.ts'
import type { OnlineMethod } from './online-methods.ts'
import { gradientUpdates, responseReadings, type UnitProgram } from './programs.ts'

/**
 * Gradient of the method's weighted sum over the tokens of sampled answers, added to `grad/<name>` of each name in `trained`.
 * Inputs: the arrays of `collate` for one-sided units, and for each of their response tokens, [tiles, R]: `advantages`,
 * `token_weights` (0 for padding) and `reference_logps`. Outputs, [tiles * R]: `losses`, `entropy`.
 */
export function policyGradients(
  config: ModelConfig,
  {
    lora,
    method,
    trained,
    again,
  }: { lora: LoraSettings | null; method: Pick<OnlineMethod, 'loss'>; trained: readonly string[]; again: boolean },
): UnitProgram {
  return {
    name: lora ? 'policy gradients with adapter' : 'policy gradients',
    model: config,
    tile: responsesAtOnce(config.V),
    sizes: { ...collatedSizes, advantages: [null, 'R'], token_weights: [null, 'R'], reference_logps: [null, 'R'] },
    run(state, inputs) {
      const forward = (weights: Tensors) => {
        // No dropout: an answer is learnt from under the policy that gave it.
        const adapter = lora ? { settings: lora, weights } : undefined
        const { logps, entropy } = responseReadings(config, weights, inputs, { adapter, trained, again })
        const flat = (name: string) => tf.reshape<tf.Rank.R1>(inputs[name]!, logps.shape)
        const losses = method.loss({
          ...{ logps, advantages: flat('advantages') },
          ...{ weights: flat('token_weights'), referenceLogps: flat('reference_logps') },
        })
        return { loss: weightedTokenSum(losses, flat('token_weights')), aux: { losses, entropy } }
      }
      const { aux, grads } = lossAndGradients(trained, state, forward)
      return { updates: gradientUpdates(trained, state, grads), outputs: aux }
    },
  }
}
