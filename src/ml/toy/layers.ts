// The layers of the toy's models in float64, each with its gradient written out. Rows are prompts, or tokens of prompts.
import type { RandomStream } from '../random.ts'

/** All parameters of a model in one vector, and their gradient in another of the same order. */
export type Parameters = { values: Float64Array; gradient: Float64Array }

/** A part of a model. Arrays that are given back are its own and are overwritten at the next call. */
export type Layer = {
  /** Input [rows x in] to output [rows x out]. */
  forward(input: Float64Array): Float64Array
  /** d loss / d output of the last forward pass to d loss / d input; adds to the parameters' gradient. */
  backward(outer: Float64Array): Float64Array
}

/** Takes parts of a vector that is not there yet, so that layers can be made before their number of parameters is known. */
export type Space = {
  /** Reserves `size` parameters; `draw` gives the first value of each, 0 where it is left out. */
  take(size: number, draw?: (index: number) => number): { from: number; size: number }
  /** All that was reserved. Filled once: layers read it when they run. */
  readonly parameters: Parameters
}

export function openSpace(): Space {
  const draws: { from: number; size: number; draw: ((index: number) => number) | undefined }[] = []
  let total = 0
  let made: Parameters | null = null
  return {
    take(size, draw) {
      if (made) throw new Error('The parameters are in use already.')
      const part = { from: total, size, draw }
      draws.push(part)
      total += size
      return part
    },
    get parameters() {
      if (made) return made
      made = { values: new Float64Array(total), gradient: new Float64Array(total) }
      for (const { from, size, draw } of draws) if (draw) for (let i = 0; i < size; i++) made.values[from + i] = draw(i)
      return made
    },
  }
}

/** Uniform in [-1 / sqrt(fanIn), 1 / sqrt(fanIn)], as PyTorch begins a linear layer. */
export function uniformStart(stream: RandomStream, fanIn: number): (index: number) => number {
  const bound = 1 / Math.sqrt(fanIn)
  return (index) => bound * (2 * stream.uniform(index) - 1)
}

export type DenseShape = { rows: number; into: number; out: number }
export type Dense = Layer & {
  /** What was multiplied in the last forward pass, [rows x in]: the input, after ReLU where it has one. */
  readonly features: Float64Array
  readonly weight: { from: number }
  readonly bias: { from: number } | null
  readonly shape: DenseShape
}

/**
 * W relu(x) + b, or W x + b. Weights lie [in x out], so that a zero of the input costs nothing: half of all after ReLU, and all
 * but one of a one-hot row. Without `draw` weights begin at 0.
 */
export function dense(
  space: Space,
  shape: DenseShape,
  { relu = false, bias = true, draw }: { relu?: boolean; bias?: boolean; draw?: (index: number) => number } = {},
): Dense {
  const { rows, into, out } = shape
  const weight = space.take(into * out, draw)
  // PyTorch draws the bias in the same range.
  const offset = bias ? space.take(out, draw && ((index) => draw(into * out + index))) : null
  const features = new Float64Array(rows * into)
  const output = new Float64Array(rows * out)
  const inner = new Float64Array(rows * into)
  return {
    ...{ features, weight, bias: offset, shape },
    forward(input) {
      const { values } = space.parameters
      for (let row = 0; row < rows; row++) {
        const to = row * out
        for (let o = 0; o < out; o++) output[to + o] = offset ? values[offset.from + o]! : 0
        for (let i = 0; i < into; i++) {
          const x = input[row * into + i]!
          const kept = relu && x < 0 ? 0 : x
          features[row * into + i] = kept
          if (kept === 0) continue
          const w = weight.from + i * out
          for (let o = 0; o < out; o++) output[to + o]! += kept * values[w + o]!
        }
      }
      return output
    },
    backward(outer) {
      const { values, gradient } = space.parameters
      inner.fill(0)
      for (let row = 0; row < rows; row++) {
        const at = row * out
        let silent = true
        for (let o = 0; o < out && silent; o++) silent = outer[at + o] === 0
        if (silent) continue
        if (offset) for (let o = 0; o < out; o++) gradient[offset.from + o]! += outer[at + o]!
        for (let i = 0; i < into; i++) {
          const x = features[row * into + i]!
          // Where ReLU gave 0 nothing goes back.
          if (relu && x === 0) continue
          const w = weight.from + i * out
          let sum = 0
          for (let o = 0; o < out; o++) {
            const d = outer[at + o]!
            sum += values[w + o]! * d
            gradient[w + o]! += x * d
          }
          inner[row * into + i] = sum
        }
      }
      return inner
    },
  }
}

/** x / sqrt(mean(x^2) + 1e-5) of each row: RMSNorm (Zhang and Sennrich, arXiv 1910.07467) without a gain. */
export function rmsNorm(rows: number, width: number): Layer {
  const output = new Float64Array(rows * width)
  const inner = new Float64Array(rows * width)
  const scales = new Float64Array(rows)
  return {
    forward(input) {
      for (let row = 0; row < rows; row++) {
        let squares = 0
        for (let i = 0; i < width; i++) squares += input[row * width + i]! ** 2
        const scale = 1 / Math.sqrt(squares / width + 1e-5)
        scales[row] = scale
        for (let i = 0; i < width; i++) output[row * width + i] = scale * input[row * width + i]!
      }
      return output
    },
    backward(outer) {
      for (let row = 0; row < rows; row++) {
        let along = 0
        for (let i = 0; i < width; i++) along += outer[row * width + i]! * output[row * width + i]!
        along /= width
        for (let i = 0; i < width; i++) {
          const at = row * width + i
          inner[at] = scales[row]! * (outer[at]! - along * output[at]!)
        }
      }
      return inner
    },
  }
}
