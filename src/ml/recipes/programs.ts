// The pure programs that recipes are made of: score responses, sum gradients, one update of AdamW.
import * as tf from '../tf.ts'
import type { Scalar, Tensor, Tensor2D } from '../tf.ts'
import type { Program, Tensors } from '../program.ts'
import type { Shapes } from '../models/architecture.ts'
import { collatedSizes } from '../data/collate.ts'
import { lossAndGradients } from '../gradients.ts'
import { responseLogProbs } from '../head/log-probs.ts'
import { responsesAtOnce } from '../head/tiles.ts'
import type { ModelConfig } from '../models/config.ts'
import { loraShapes, type Adapter, type LoraSettings } from '../models/lora.ts'
import { scalarOf } from '../models/scalar-head.ts'
import { headWeight, hidden, packedTokens } from '../models/transformer.ts'
import { adamwSlots, adamwStep, isDecayed, type AdamwSettings } from '../optim/adamw.ts'
import { clipFactor, globalNorm } from '../optim/clip.ts'
import { likeliestTokens } from '../diagnostics/score.ts'
import { comparedSizes, comparison } from './comparing.ts'

/** Name in the state of a matrix of the reference's own adapter, where the reference moves. */
export function referenceName(name: string): string {
  return `reference/${name}`
}

/** Name in the state of a number that a method carries from batch to batch. */
export function carriedName(name: string): string {
  return `carried/${name}`
}

/** Name in the state of a parameter's summed gradient. */
export function gradientName(name: string): string {
  return `grad/${name}`
}

/** A program over collated units, with what their layout depends on: the model, and the most response tokens its head reads at a time. */
export type UnitProgram = Program & { model: ModelConfig; tile: number }

/**
 * How responses are read besides: at a temperature, by default 1, with the value of each token's state, with the adapter whose matrices
 * have other names in the state, as `adapterName` gives them, with the mass of the `likeliest` tokens, and compared with the reference.
 */
export type Reading = {
  temperature?: number
  values?: boolean
  adapterName?: (name: string) => string
  likeliest?: number
  compares?: boolean
}

/**
 * Log-probability, entropy and top mass of each response token. Inputs: the arrays of `collate`, and with `compares` those of `comparison`.
 * Outputs `logps`, `entropy`, `top_mass`, with `likeliest` `likeliest_mass`, and with `values` the value head's `values`, each [tiles * R];
 * entries of weight 0 mean nothing; with `compares` the outputs of `comparison`. Changes no state. `lora` null reads the bare weights: with an adapter in the state that is the reference.
 */
export function scoreUnits(
  config: ModelConfig,
  lora: LoraSettings | null,
  { temperature = 1, values = false, adapterName = (name) => name, likeliest, compares = false }: Reading = {},
): UnitProgram {
  const names = lora ? Object.keys(loraShapes(config, lora)) : []
  return {
    name: lora ? 'score units with adapter' : 'score units',
    sizes: compares ? { ...collatedSizes, ...comparedSizes } : collatedSizes,
    model: config,
    tile: responsesAtOnce(config.V),
    run(state, inputs) {
      const weights = Object.fromEntries(names.map((name) => [name, state[adapterName(name)]!]))
      const adapter = lora ? { settings: lora, weights } : undefined
      const use = { adapter, trained: [], temperature, likeliest }
      const { logps, entropy, topMass, likeliestMass, states } = responseReadings(config, state, inputs, use)
      const asked: Tensors = {
        ...(likeliestMass ? { likeliest_mass: likeliestMass } : {}),
        ...(values ? { values: scalarOf('value', state, states) } : {}),
        ...(compares ? comparison(config, state, inputs, states) : {}),
      }
      return { updates: {}, outputs: { logps, entropy, top_mass: topMass, ...asked } }
    },
  }
}

/**
 * The programs that score under the policy and under the reference: one and the same where all weights are trained. Then the head is
 * trained too, and nothing is left to compare distributions with.
 */
export function scoringPrograms(config: ModelConfig, lora: LoraSettings | null) {
  const reading = { likeliest: likeliestTokens, compares: lora !== null }
  const reference = scoreUnits(config, null, reading)
  return { reference, policy: lora ? scoreUnits(config, lora, reading) : reference }
}

/**
 * The gradient of a loss as the result of a program: added to `grad/<name>` of each name in `trained`, beside what the loss computed on its
 * way, as outputs.
 */
export function taughtBy(
  trained: readonly string[],
  state: Tensors,
  forward: (weights: Tensors) => { loss: Scalar; aux: Tensors },
): { updates: Tensors; outputs: Tensors } {
  const { aux, grads } = lossAndGradients(trained, state, forward)
  return { updates: gradientUpdates(trained, state, grads), outputs: aux }
}

/** Gradients as updates of the state: added to the sums that are there, put there where there are none. */
export function gradientUpdates(trained: readonly string[], state: Tensors, grads: Tensors): Record<string, Tensor> {
  const updates: Record<string, Tensor> = {}
  for (const name of trained) {
    const [sum, grad] = [state[gradientName(name)], grads[name]!]
    updates[gradientName(name)] = sum ? tf.add(sum, grad) : grad
    if (sum) grad.dispose() // Of a large model sums and gradients are not to be there at once.
  }
  return updates
}

/** Puts zeros of these shapes into the state. They are made where they stay: three copies of a model are not sent there. */
export function zeroState(shapes: Shapes): Program {
  return {
    name: 'zero state',
    run: () => ({
      // fill and not zeros, which tfjs makes on the host.
      updates: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tf.fill(shape, 0)])),
      outputs: {},
    }),
  }
}

/** The global norm of the summed gradients of `names`, output `grad_norm`. Changes no state. */
export function gradientNorm(names: readonly string[]): Program {
  return {
    name: 'gradient norm',
    run(state) {
      const sums = Object.fromEntries(names.map((name) => [name, state[gradientName(name)]!]))
      return { updates: {}, outputs: { grad_norm: globalNorm(sums) } }
    },
  }
}

/**
 * Clips the summed gradients to a global norm, and moves each parameter in `shapes` by AdamW.
 * Inputs: those of `adamwInputs`, and `grad_norm`, the norm before clipping of all that is trained, a scalar. No outputs.
 * Reads parameter, slots and sum of each name and updates the first three; an executor may hold old and new of them at once.
 */
export function adamwUpdate(shapes: Shapes, settings: AdamwSettings & { maxGradNorm: number }): Program {
  return {
    name: `adamw update of ${Object.keys(shapes)[0]} and ${Object.keys(shapes).length - 1} more`,
    run(state, inputs) {
      const {
        step_size: stepSize,
        root_correction: rootCorrection,
        decay,
        grad_norm,
      } = inputs as Record<string, Scalar>
      const factor = clipFactor(grad_norm!, settings.maxGradNorm)
      const updates: Record<string, Tensor> = {}
      for (const [name, shape] of Object.entries(shapes)) {
        const slots = adamwSlots(name)
        // tidy: of a large model only the results of one parameter at a time outlive it.
        const next = tf.tidy(() => {
          const grad = tf.mul(state[gradientName(name)]!, factor)
          return adamwStep(
            { parameter: state[name]!, grad, m: state[slots.m]!, v: state[slots.v]! },
            {
              stepSize: stepSize!,
              rootCorrection: rootCorrection!,
              decay: settings.weightDecay > 0 && isDecayed(shape) ? decay! : null,
            },
            settings,
          )
        })
        updates[name] = next.parameter
        updates[slots.m] = next.m
        updates[slots.v] = next.v
      }
      return { updates, outputs: {} }
    },
  }
}

/** Parts of `shapes`, in order, of at most `limit` numbers each; a tensor larger than that is a part of its own. */
export function shapesInParts(shapes: Shapes, limit = 2 ** 24): Shapes[] {
  const parts: Shapes[] = []
  let size = Infinity
  for (const [name, shape] of Object.entries(shapes)) {
    const own = shape.reduce((product, side) => product * side, 1)
    if (size + own > limit) {
      parts.push({})
      size = 0
    }
    parts.at(-1)![name] = shape
    size += own
  }
  return parts
}

/**
 * Readings of each response token, [tiles * R], and the hidden states before them, [tiles * R, D], which go through the head, and no
 * others. Logits are divided by the temperature.
 */
export function responseReadings(
  config: ModelConfig,
  weights: Tensors,
  inputs: Tensors,
  use: {
    adapter: Adapter | undefined
    trained: readonly string[]
    again?: boolean
    temperature?: number
    squares?: boolean
    likeliest?: number
    entropyGradient?: boolean
  },
) {
  const { temperature = 1 } = use
  // With an adapter the head is frozen.
  const gradient = use.trained.length === 0 ? 'none' : use.adapter ? 'hidden' : 'both'
  const { at, targets } = inputs as Record<string, Tensor2D>
  const [tiles, R] = at!.shape
  const all = hidden(config, weights, packedTokens(inputs), use) // [N, D]
  const states = tf.gather(all, tf.reshape<tf.Rank.R1>(at!, [tiles * R])) // [tiles*R, D]
  const asked = tf.reshape<tf.Rank.R1>(targets!, [tiles * R])
  const read = temperature === 1 ? states : tf.div<Tensor2D>(states, temperature)
  return {
    ...responseLogProbs(read, headWeight(config, weights), asked, {
      ...{ gradient, tile: R, squares: use.squares, likeliest: use.likeliest, entropyGradient: use.entropyGradient },
    }),
    states,
  }
}

/** The seed of an adapter's dropout among a program's inputs; undefined where nothing is dropped. */
export function dropoutOf(lora: LoraSettings, inputs: Tensors): Adapter['dropout'] {
  return lora.dropout > 0 ? { seed: inputs.dropout_seed! } : undefined
}
