// The gradient geometry of probed pairs: one program, run on both sides of a few of them every so many steps.
import { collate, collatedSizes, layoutOf } from '../data/collate.ts'
import { oneSide, type Unit } from '../data/units.ts'
import { geometryReadings, type PairGeometry } from '../diagnostics/gradient-geometry.ts'
import { lossAndGradients } from '../gradients.ts'
import { responsesAtOnce } from '../head/tiles.ts'
import type { Shapes } from '../models/architecture.ts'
import type { ModelConfig } from '../models/config.ts'
import type { LoraSettings } from '../models/lora.ts'
import type { Executor, HostArrays, Program } from '../program.ts'
import * as tf from '../tf.ts'
import type { Scalar, Tensor, Tensor1D } from '../tf.ts'
import { doing, type DpoEvent } from './events.ts'
import { responseReadings, shapesInParts, zeroState, type UnitProgram } from './programs.ts'

/** Name in the state of a part of the gradient of the response before. */
const beforeName = (part: number) => `before/${part}`

/** Gradients of this many numbers or fewer are put end to end: few products of many numbers, and few tensors to hand around. */
const partSize = 2 ** 20

/** The programs of the geometry of pairs over `trained`: one holds its gradients in the state, beside what a run holds. */
export type GeometryPrograms = { gradient: UnitProgram; none: Program; held: readonly string[] }

/**
 * `gradient`: with g the gradient of one response's summed log-probability over the trained parameters, without dropout, its squared norm
 * `square` and its inner product with that of the response before, `inner`, scalars; g takes the other's place in the state. One program
 * serves both sides of a pair, as making it costs more than running it. Inputs: the arrays of `collate` for a unit with one side.
 * `none` puts zeros where there was no response before. `again` as in `dpoGradients`. The gradient is held twice.
 */
export function geometryPrograms(
  config: ModelConfig,
  { lora, shapes, again = false }: { lora: LoraSettings | null; shapes: Shapes; again?: boolean },
): GeometryPrograms {
  const trained = Object.keys(shapes)
  const parts = shapesInParts(shapes, partSize)
  const gradient: UnitProgram = {
    name: lora ? 'gradient of a response with adapter' : 'gradient of a response',
    sizes: collatedSizes,
    model: config,
    tile: responsesAtOnce(config.V),
    run(state, inputs) {
      const { grads } = lossAndGradients(trained, state, (weights) => {
        const adapter = lora ? { settings: lora, weights } : undefined
        const { logps } = responseReadings(config, weights, inputs, { adapter, trained, again })
        return { loss: tf.sum<Scalar>(tf.mul(logps, tf.reshape(inputs.weight!, logps.shape))), aux: {} }
      })
      const found = parts.map((part) => endToEnd(Object.keys(part).map((name) => grads[name]!)))
      const before = found.map((_, i) => state[beforeName(i)] as Tensor1D)
      return {
        updates: Object.fromEntries(found.map((part, i) => [beforeName(i), part])),
        outputs: { square: innerProduct(found, found), inner: innerProduct(found, before) },
      }
    },
  }
  const zeros = Object.fromEntries(parts.map((part, i) => [beforeName(i), [numbersIn(part)]]))
  return { gradient, none: zeroState(zeros), held: Object.keys(zeros) }
}

/** [n] each, one after another. */
function endToEnd(tensors: readonly Tensor[]): Tensor1D {
  const flat = tensors.map((tensor) => tf.reshape<tf.Rank.R1>(tensor, [tensor.size]))
  return flat.length > 1 ? tf.concat(flat) : flat[0]!
}

function numbersIn(shapes: Shapes): number {
  return Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((size, side) => size * side, 1), 0)
}

/** Sum over all parts of the products of their entries. Not as a matrix product, which may be in low precision. */
function innerProduct(a: readonly Tensor1D[], b: readonly Tensor1D[]): Scalar {
  return a.map((part, i) => tf.sum<Scalar>(tf.mul(part, b[i]!))).reduce((total, part) => tf.add<Scalar>(total, part))
}

/** ||g+||^2, ||g-||^2 and <g+, g-> of each pair under the weights in the executor, exactly, one pair after another. Leaves nothing in the state. */
export async function* pairGeometries(
  executor: Executor,
  { gradient, none, held }: GeometryPrograms,
  pairs: readonly { unit: Unit }[],
): AsyncGenerator<PairGeometry, void> {
  const sides = pairs.map(({ unit }) => ({ chosen: oneSide(unit, 'chosen'), rejected: oneSide(unit, 'rejected') }))
  const units = sides.flatMap(({ chosen, rejected }) => [[chosen], [rejected]])
  const layout = layoutOf(units, gradient.model, gradient.tile)
  try {
    if (pairs.length > 0) await executor.run(none, {})
    for (const { chosen, rejected } of sides) {
      const first = await executor.run(gradient, collate([chosen], layout))
      const second = await executor.run(gradient, collate([rejected], layout))
      const read = (found: HostArrays, name: string) => found[name]!.data[0]!
      yield { chosen: read(first, 'square'), rejected: read(second, 'square'), inner: read(second, 'inner') }
    }
  } finally {
    executor.drop(held)
  }
}

/** Measures the geometry of the pairs and tells its readings. */
export async function* measuredGeometry(
  executor: Executor,
  programs: GeometryPrograms,
  pairs: readonly { unit: Unit }[],
  step: number,
): AsyncGenerator<DpoEvent, void> {
  const found: PairGeometry[] = []
  for await (const pair of pairGeometries(executor, programs, pairs)) {
    found.push(pair)
    yield doing('measuring gradients', found.length, pairs.length, 'pairs')
  }
  if (found.length > 0) yield { kind: 'checked', step, readings: geometryReadings(found) }
}
