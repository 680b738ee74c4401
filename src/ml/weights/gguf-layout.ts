// Undoing what llama.cpp's converter does to weights, so that a GGUF's tensors lie as Transformers has them.
import type { TensorPlace } from './architecture.ts'

/**
 * `data` [R, C] (or [R] for a bias) as stored in GGUF, in Hugging Face layout. `shape` is Hugging Face's.
 * The converter turns each head's two halves of rows (2, H/2) into interleaved pairs (H/2, 2) for ggml's RoPE, and GPT-2's
 * [in, out] maps into [out, in].
 */
export function huggingFaceLayout(
  data: Float32Array,
  shape: readonly number[],
  stored: TensorPlace['stored'],
): Float32Array {
  if (stored === 'as is') return data
  const [R, C] = [shape[0]!, shape[1] ?? 1]
  return stored === 'transposed' ? transposed(data, C, R) : uninterleaved(data, stored.heads, R / stored.heads, C)
}

function uninterleaved(data: Float32Array, heads: number, headRows: number, C: number): Float32Array {
  const out = new Float32Array(data.length)
  const half = headRows / 2
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < headRows; row++) {
      const from = head * headRows + (row % half) * 2 + Math.floor(row / half)
      out.set(data.subarray(from * C, (from + 1) * C), (head * headRows + row) * C)
    }
  }
  return out
}

function transposed(data: Float32Array, R: number, C: number): Float32Array {
  const out = new Float32Array(data.length)
  for (let r = 0; r < R; r++) for (let c = 0; c < C; c++) out[c * R + r] = data[r * C + c]!
  return out
}
