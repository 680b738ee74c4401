// The toy's transformer: prompts written in binary, so that they share tokens; one block; what stands after the last token is read.
// The form is that of Vaswani et al. (arXiv 1706.03762) with norms before the parts (Xiong et al., arXiv 2002.04745).
import type { RandomStream } from '../random.ts'
import { dense, rmsNorm, uniformStart, type Layer, type Space } from './layers.ts'

/** Tokens 0 and 1 are digits; 2 ends the prompt and asks for the response. */
const END = 2

/** Every prompt as tokens of one length, [P x T]: the digits of its number, then the end. */
function promptTokens(prompts: number): { tokens: Int32Array; length: number } {
  const digits = Math.max(1, Math.ceil(Math.log2(prompts)))
  const length = digits + 1
  const tokens = new Int32Array(prompts * length)
  for (let prompt = 0; prompt < prompts; prompt++) {
    for (let i = 0; i < digits; i++) tokens[prompt * length + i] = (prompt >> (digits - 1 - i)) & 1
    tokens[prompt * length + digits] = END
  }
  return { tokens, length }
}

type Draws = (label: string) => RandomStream

/** The trunk: [P x D] after one block and a last norm. It reads no input; prompts are fixed. */
export function transformerTrunk(space: Space, prompts: number, D: number, draws: Draws): Layer {
  const { tokens, length: T } = promptTokens(prompts)
  const rows = prompts * T
  const begin = (label: string, fanIn: number) => uniformStart(draws(label), fanIn)
  const embedding = space.take(3 * D, begin('embedding', D))
  const position = space.take(T * D, begin('position', D))
  const linear = (label: string, count: number, into: number, out: number, relu = false) =>
    dense(space, { rows: count, into, out }, { bias: relu, relu, draw: begin(label, into) })
  const before = rmsNorm(rows, D)
  const query = linear('query', prompts, D, D)
  const key = linear('key', rows, D, D)
  const value = linear('value', rows, D, D)
  const attention = lastQuery(prompts, T, D)
  const joined = linear('joined', prompts, D, D)
  const between = rmsNorm(prompts, D)
  const up = linear('up', prompts, D, 4 * D)
  const down = linear('down', prompts, 4 * D, D, true)
  const after = rmsNorm(prompts, D)

  const stream = new Float64Array(rows * D) // [P T, D]
  const last = new Float64Array(prompts * D)
  const inner = new Float64Array(rows * D)
  const lastOf = (all: Float64Array, into: Float64Array) => {
    for (let p = 0; p < prompts; p++) into.set(all.subarray(((p + 1) * T - 1) * D, (p + 1) * T * D), p * D)
    return into
  }
  const asked = new Float64Array(prompts * D)
  const attended = new Float64Array(prompts * D)
  const whole = new Float64Array(prompts * D)
  const sum = (a: Float64Array, b: Float64Array, into: Float64Array) => {
    for (let i = 0; i < into.length; i++) into[i] = a[i]! + b[i]!
    return into
  }
  return {
    forward() {
      const { values } = space.parameters
      for (let row = 0; row < rows; row++)
        for (let i = 0; i < D; i++)
          stream[row * D + i] =
            values[embedding.from + tokens[row]! * D + i]! + values[position.from + (row % T) * D + i]!
      const normed = before.forward(stream)
      const mixed = attention.forward(query.forward(lastOf(normed, asked)), key.forward(normed), value.forward(normed))
      sum(lastOf(stream, last), joined.forward(mixed), attended) // [P, D]
      sum(attended, down.forward(up.forward(between.forward(attended))), whole) // [P, D]
      return after.forward(whole)
    },
    backward(outer) {
      const { gradient } = space.parameters
      const dWhole = after.backward(outer)
      const dAttended = sum(dWhole, between.backward(up.backward(down.backward(dWhole))), attended)
      const { dQuery, dKey, dValue } = attention.backward(joined.backward(dAttended))
      sum(key.backward(dKey), value.backward(dValue), inner) // [P T, D]
      const dAsked = query.backward(dQuery)
      for (let p = 0; p < prompts; p++)
        for (let i = 0; i < D; i++) inner[((p + 1) * T - 1) * D + i]! += dAsked[p * D + i]!
      const dStream = before.backward(inner)
      for (let p = 0; p < prompts; p++)
        for (let i = 0; i < D; i++) dStream[((p + 1) * T - 1) * D + i]! += dAttended[p * D + i]!
      for (let row = 0; row < rows; row++)
        for (let i = 0; i < D; i++) {
          gradient[embedding.from + tokens[row]! * D + i]! += dStream[row * D + i]!
          gradient[position.from + (row % T) * D + i]! += dStream[row * D + i]!
        }
      return dStream
    },
  }
}

/** Softmax attention of the last token of each prompt to all its tokens, one head. Queries [P x D], keys and values [P T x D]. */
function lastQuery(prompts: number, T: number, D: number) {
  const scale = 1 / Math.sqrt(D)
  const weights = new Float64Array(prompts * T)
  const output = new Float64Array(prompts * D)
  const [dQuery, dKey, dValue] = [
    new Float64Array(prompts * D),
    new Float64Array(prompts * T * D),
    new Float64Array(prompts * T * D),
  ]
  let [q, k, v] = [output, output, output] as [Float64Array, Float64Array, Float64Array]
  const dot = (a: Float64Array, at: number, b: Float64Array, from: number) => {
    let sum = 0
    for (let i = 0; i < D; i++) sum += a[at + i]! * b[from + i]!
    return sum
  }
  return {
    forward(query: Float64Array, key: Float64Array, value: Float64Array): Float64Array {
      ;[q, k, v] = [query, key, value]
      output.fill(0)
      for (let p = 0; p < prompts; p++) {
        let most = -Infinity
        for (let t = 0; t < T; t++) {
          weights[p * T + t] = scale * dot(q, p * D, k, (p * T + t) * D)
          most = Math.max(most, weights[p * T + t]!)
        }
        let total = 0
        for (let t = 0; t < T; t++) total += weights[p * T + t] = Math.exp(weights[p * T + t]! - most)
        for (let t = 0; t < T; t++) {
          const weight = (weights[p * T + t]! /= total)
          for (let i = 0; i < D; i++) output[p * D + i]! += weight * v[(p * T + t) * D + i]!
        }
      }
      return output
    },
    backward(outer: Float64Array) {
      dQuery.fill(0)
      for (let p = 0; p < prompts; p++) {
        let mean = 0
        for (let t = 0; t < T; t++) mean += weights[p * T + t]! * dot(outer, p * D, v, (p * T + t) * D)
        for (let t = 0; t < T; t++) {
          const at = (p * T + t) * D
          const weight = weights[p * T + t]!
          const dScore = scale * weight * (dot(outer, p * D, v, at) - mean)
          for (let i = 0; i < D; i++) {
            dValue[at + i] = weight * outer[p * D + i]!
            dKey[at + i] = dScore * q[p * D + i]!
            dQuery[p * D + i]! += dScore * k[at + i]!
          }
        }
      }
      return { dQuery, dKey, dValue }
    },
  }
}
