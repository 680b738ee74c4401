// What can be told of pairs before anything is trained on them: measures of Razin et al. 2024 and the reference's own likelihoods.
import { ches, lengthNormalisedChes, type StateSum } from '../diagnostics/ches.ts'
import { normalisedEditDistance } from '../diagnostics/edit-distance.ts'
import { embeddingOverlap } from '../diagnostics/embedding-overlap.ts'
import { sidesOf, type Side, type Unit } from '../data/units.ts'
import type { ModelConfig } from '../models/config.ts'
import { ints, type Executor, type HostArrays } from '../program.ts'
import * as tf from '../tf.ts'
import type { Tensor2D } from '../tf.ts'
import type { PairUnit } from './plan.ts'
import { responseReadings, scoreUnits, type UnitProgram } from './programs.ts'
import { foldedScore, ranBatches } from './scoring.ts'

/** Of one pair under a model that is not tuned. Log-probabilities are summed over the response's tokens, in nats. */
export type PairMeasures = {
  ches: number
  chesNormalised: number
  overlap: number
  editDistance: number
  chosen: { logp: number; tokens: number }
  rejected: { logp: number; tokens: number }
}

/**
 * `scoreUnits` of the bare weights, and beside it `state_sums` [E, D]: for each response the hidden states that predict its tokens, added
 * up. One more input, `sides` int32 [E]: 0 to E - 1, as `owner` of `collate` numbers the responses. Changes no state.
 */
export function measureUnits(config: ModelConfig): UnitProgram {
  const score = scoreUnits(config, null)
  return {
    ...score,
    name: 'measure units',
    sizes: { ...score.sizes, sides: ['E'] },
    run(state, inputs) {
      const { logps, entropy, topMass, states } = responseReadings(config, state, inputs, {
        adapter: undefined,
        trained: [],
      })
      const flat = (name: string) => tf.reshape<tf.Rank.R2>(inputs[name]!, [1, states.shape[0]]) // [1, tiles*R]
      const sides = tf.reshape<tf.Rank.R2>(inputs.sides!, [inputs.sides!.shape[0]!, 1]) // [E, 1]
      const own = tf.mul(tf.cast(tf.equal(sides, flat('owner')), 'float32'), flat('weight')) // [E, tiles*R]
      const sums = tf.matMul(own as Tensor2D, states) // [E, D]
      return { updates: {}, outputs: { logps, entropy, top_mass: topMass, state_sums: sums } }
    },
  }
}

/**
 * Measures of pairs under the weights that `executor` holds, batch by batch, the longest first: of hidden states no more is ever held than
 * one sum a response of a batch. Measure in float32: CHES is a small difference of large numbers.
 */
export async function* measuredBatches(
  executor: Executor,
  config: ModelConfig,
  pairs: readonly PairUnit[],
): AsyncGenerator<{ pair: PairUnit; measures: PairMeasures }[], void> {
  const sidesIn = (part: readonly PairUnit[]) => ({
    sides: ints(Array.from({ length: 2 * part.length }, (_, side) => side)),
  })
  for await (const { part, arrays, outputs } of ranBatches(executor, measureUnits(config), pairs, { inputs: sidesIn }))
    yield part.map((pair, i) => ({ pair, measures: measuresOf(pair.unit, i, arrays, outputs) }))
}

function measuresOf(unit: Unit, index: number, arrays: HostArrays, outputs: HostArrays): PairMeasures {
  if (sidesOf(unit).length < 2) throw new Error('A pair without a rejected response has no measures.')
  const { data, shape } = outputs.state_sums!
  const D = shape[1]!
  const scored = (side: Side) => {
    const { logp, tokens } = foldedScore(outputs, arrays, unit, index, side)
    return { logp, tokens }
  }
  const summed = (side: Side, tokens: number): StateSum => {
    const row = 2 * index + (side === 'rejected' ? 1 : 0)
    return { sum: data.subarray(row * D, (row + 1) * D), tokens }
  }
  const [chosen, rejected] = [scored('chosen'), scored('rejected')]
  const [a, b] = [summed('chosen', chosen.tokens), summed('rejected', rejected.tokens)]
  return {
    ches: ches(a, b),
    chesNormalised: lengthNormalisedChes(a, b),
    overlap: embeddingOverlap(a, b),
    editDistance: normalisedEditDistance(unit.chosen.slice(unit.chosenFrom), unit.rejected.slice(unit.rejectedFrom)),
    chosen,
    rejected,
  }
}
