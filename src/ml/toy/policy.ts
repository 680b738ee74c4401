// The toy's policies over P prompts and R responses: a table, an MLP, a transformer. Each ends in a linear readout and a softmax.
import { randomStream } from '../random.ts'
import { transformerTrunk } from './attention.ts'
import { dense, openSpace, uniformStart, type Dense, type Layer, type Parameters } from './layers.ts'
import type { ToySettings } from './plan.ts'

export type Policy = {
  readonly parameters: Parameters
  /** Logits of every prompt, [P x R]. The array is overwritten at the next call. */
  logits(): Float64Array
  /** Adds to the gradient: d loss / d logits, [P x R], of the last `logits`. */
  backward(outer: Float64Array): void
  /** The last linear layer. */
  readonly readout: Dense
}

export type PolicyShape = Pick<ToySettings, 'prompts' | 'responses' | 'model' | 'layers' | 'width'>

/**
 * A policy at its random start, by the seed and a label. A table begins at 0 and has no parameter that two prompts share.
 * An MLP of one layer is such a table with a bias that they share; one of n layers has n linear maps and ReLU between them.
 */
export function openPolicy(shape: PolicyShape, seed: number, label: string): Policy {
  const { prompts, responses, model, layers, width } = shape
  const space = openSpace()
  const draws = (part: string | number) => randomStream(seed, label, part)
  const trunk: Layer[] = []
  if (model === 'mlp')
    for (let layer = 1; layer < layers; layer++) {
      const into = layer === 1 ? prompts : width
      const start = { relu: layer > 1, draw: uniformStart(draws(layer), into) }
      trunk.push(dense(space, { rows: prompts, into, out: width }, start))
    }
  if (model === 'transformer') trunk.push(transformerTrunk(space, prompts, width, draws))
  const into = trunk.length > 0 ? width : prompts
  const readout = dense(
    space,
    { rows: prompts, into, out: responses },
    model === 'tabular'
      ? { bias: false }
      : { relu: model === 'mlp' && layers > 1, draw: uniformStart(draws('readout'), into) },
  )
  const oneHot = new Float64Array(prompts * prompts)
  for (let prompt = 0; prompt < prompts; prompt++) oneHot[prompt * prompts + prompt] = 1
  const all = [...trunk, readout]
  return {
    parameters: space.parameters,
    readout,
    logits: () => all.reduce<Float64Array>((input, layer) => layer.forward(input), oneHot),
    backward(outer) {
      all.reduceRight<Float64Array>((given, layer) => layer.backward(given), outer)
    },
  }
}

/** log softmax of each row of `logits` [P x R], in nats, into `into`. Finite for finite logits, however far apart. */
export function logSoftmax(logits: Float64Array, responses: number, into: Float64Array): Float64Array {
  for (let from = 0; from < logits.length; from += responses) {
    let most = -Infinity
    for (let i = 0; i < responses; i++) most = Math.max(most, logits[from + i]!)
    let total = 0
    for (let i = 0; i < responses; i++) total += Math.exp(logits[from + i]! - most)
    const normal = most + Math.log(total)
    for (let i = 0; i < responses; i++) into[from + i] = logits[from + i]! - normal
  }
  return into
}
