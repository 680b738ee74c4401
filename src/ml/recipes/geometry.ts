// The gradient geometry of probed pairs: one program a pair, run on a few of them every so many steps.
import { collate, collatedSizes, layoutOf } from '../data/collate.ts'
import type { Side, Unit } from '../data/units.ts'
import { geometryReadings, type PairGeometry } from '../diagnostics/gradient-geometry.ts'
import { lossAndGradients } from '../gradients.ts'
import { responsesAtOnce } from '../head/log-probs.ts'
import type { ModelConfig } from '../models/config.ts'
import type { LoraSettings } from '../models/lora.ts'
import type { Executor, Tensors } from '../program.ts'
import * as tf from '../tf.ts'
import type { Scalar } from '../tf.ts'
import { doing, type DpoEvent } from './events.ts'
import { sumsByPair } from './pair-program.ts'
import { responseReadings, type UnitProgram } from './programs.ts'

/**
 * ||g+||^2, ||g-||^2 and <g+, g-> of one pair, exactly, with g the gradient of a response's summed log-probability over `trained`, without dropout.
 * Inputs: the arrays of `collate` for one pair. Outputs `chosen`, `rejected`, `inner`, scalars. Changes no state. `again` as in `dpoGradients`.
 * Costs a forward and two backward passes, and holds the gradient twice.
 */
export function pairGeometry(
  config: ModelConfig,
  { lora, trained, again = false }: { lora: LoraSettings | null; trained: readonly string[]; again?: boolean },
): UnitProgram {
  return {
    name: lora ? 'gradient geometry with adapter' : 'gradient geometry',
    sizes: collatedSizes,
    model: config,
    tile: responsesAtOnce(config.V),
    run(state, inputs) {
      const gradientOf = (side: Side) =>
        lossAndGradients(trained, state, (weights) => {
          const adapter = lora ? { settings: lora, weights } : undefined
          const { logps } = responseReadings(config, weights, inputs, { adapter, trained, again })
          return { loss: tf.sum<Scalar>(sumsByPair(logps, inputs, 'weight', 1)[side]), aux: {} }
        }).grads
      const [chosen, rejected] = [gradientOf('chosen'), gradientOf('rejected')]
      return {
        updates: {},
        outputs: {
          chosen: innerProduct(trained, chosen, chosen),
          rejected: innerProduct(trained, rejected, rejected),
          inner: innerProduct(trained, chosen, rejected),
        },
      }
    },
  }
}

/** Sum over all tensors of the products of their entries. Not as a matrix product, which may be in low precision. */
function innerProduct(names: readonly string[], a: Tensors, b: Tensors): Scalar {
  return names
    .map((name) => tf.sum<Scalar>(tf.mul(a[name]!, b[name]!)))
    .reduce((total, part) => tf.add<Scalar>(total, part))
}

/** The geometry of each pair under the weights in the executor, one after another; all in the one layout. */
export async function* pairGeometries(
  executor: Executor,
  program: UnitProgram,
  pairs: readonly { unit: Unit }[],
): AsyncGenerator<PairGeometry, void> {
  const units = pairs.map(({ unit }) => [unit])
  const layout = layoutOf(units, program.model, program.tile)
  for (const unit of units) {
    const found = await executor.run(program, collate(unit, layout))
    const read = (name: string) => found[name]!.data[0]!
    yield { chosen: read('chosen'), rejected: read('rejected'), inner: read('inner') }
  }
}

/** Measures the geometry of the pairs and tells its readings. */
export async function* measuredGeometry(
  executor: Executor,
  program: UnitProgram,
  pairs: readonly { unit: Unit }[],
  step: number,
): AsyncGenerator<DpoEvent, void> {
  const found: PairGeometry[] = []
  for await (const pair of pairGeometries(executor, program, pairs)) {
    found.push(pair)
    yield doing('measuring gradients', found.length, pairs.length, 'pairs')
  }
  if (found.length > 0) yield { kind: 'checked', step, readings: geometryReadings(found) }
}
