// The program of a policy gradient: what sampled answers teach the weights.
import { collatedSizes } from '../data/collate.ts'
import { responsesAtOnce } from '../head/tiles.ts'
import type { ModelConfig } from '../models/config.ts'
import type { LoraSettings } from '../models/lora.ts'
import { scalarOf } from '../models/scalar-head.ts'
import { tokenLosses, weightedTokenSum } from '../losses/policy-gradient.ts'
import type { Tensors } from '../program.ts'
import * as tf from '../tf.ts'
import type { PolicyGradient } from './online-methods.ts'
import { responseReadings, taughtBy, type UnitProgram } from './programs.ts'

/** What the program is told of each response token, [tiles, R]; the last two with a value head. */
const perToken = ['advantages', 'token_weights', 'old_logps', 'reference_logps', 'old_values', 'returns'] as const

/**
 * Gradient of the method's weighted sum over the tokens of sampled answers, added to `grad/<name>` of each name in `trained`.
 * Inputs: the arrays of `collate` for one-sided units, and for each of their response tokens, [tiles, R]: `advantages`, `token_weights` (0 for
 * padding), `reference_logps`, `old_logps` unless each answer is learnt from `once` (then the policy that gave it is the policy), and with a
 * value head `old_values` and `returns`. Outputs, [tiles * R]: `losses`, `logps`, `entropy`, and what the method tells.
 */
export function policyGradients(
  config: ModelConfig,
  {
    lora,
    method,
    trained,
    again,
    once,
  }: {
    lora: LoraSettings | null
    method: Pick<PolicyGradient, 'loss' | 'head' | 'temperature' | 'entropyCoef'>
    trained: readonly string[]
    again: boolean
    once: boolean
  },
): UnitProgram {
  return {
    name: lora ? 'policy gradients with adapter' : 'policy gradients',
    model: config,
    tile: responsesAtOnce(config.V),
    sizes: { ...collatedSizes, ...Object.fromEntries(perToken.map((name) => [name, [null, 'R']])) },
    run(state, inputs) {
      const forward = (weights: Tensors) => {
        // No dropout: an answer is learnt from under the policy that gave it.
        const adapter = lora ? { settings: lora, weights } : undefined
        const entropyGradient = method.entropyCoef > 0
        const use = { adapter, trained, again, temperature: method.temperature, entropyGradient }
        const { logps, entropy, states } = responseReadings(config, weights, inputs, use)
        const flat = (name: (typeof perToken)[number]) => tf.reshape<tf.Rank.R1>(inputs[name]!, logps.shape)
        const valued = method.head
          ? { values: scalarOf(method.head, weights, states), oldValues: flat('old_values'), returns: flat('returns') }
          : {}
        const { losses: policy, told } = method.loss({
          ...{ logps, oldLogps: once ? logps : flat('old_logps'), advantages: flat('advantages') },
          ...{ weights: flat('token_weights'), referenceLogps: flat('reference_logps'), ...valued },
        })
        const bonus = entropyGradient ? { entropies: entropy, coef: method.entropyCoef } : undefined
        const losses = tokenLosses({ policy, entropy: bonus })
        const aux = { ...told, losses, logps, entropy }
        return { loss: weightedTokenSum(losses, flat('token_weights')), aux }
      }
      return taughtBy(trained, state, forward)
    },
  }
}
