// GGUF metadata and tensor shapes to a ModelConfig (docs/gguf.md; llama.cpp's convert_hf_to_gguf.py says who writes what).
import type { ModelConfig } from '../models/config.ts'
import type { GgufHeader } from './gguf.ts'
import { shown } from './hostile.ts'
import { SUPPORTED } from './hugging-face-config.ts'
import { checkedConfig } from './model-limits.ts'

/**
 * The constants of a model from a GGUF header. `ropeFactors` are the values of `rope_freqs.weight` when the file has it
 * (Llama 3.1 and later carry their scaling there). Refuses what the models here would compute wrongly, in one line.
 */
export function configFromGguf(
  { metadata, tensors }: Pick<GgufHeader, 'metadata' | 'tensors'>,
  ropeFactors: Float32Array | null,
  what = 'GGUF file',
): ModelConfig {
  const family = familyOf(metadata.get('general.architecture'), what)
  const number = (name: string, otherwise?: number): number => {
    const value = metadata.get(`${family}.${name}`) ?? otherwise
    if (typeof value === 'number' && value > 0) return value
    throw new Error(`${what}: metadata ${family}.${name} is ${value === undefined ? 'missing' : shown(value)}`)
  }
  for (const name of ['expert_count', 'attention.sliding_window', 'rope.scale_linear']) {
    const value = metadata.get(`${family}.${name}`)
    if (value !== undefined && value !== 0)
      throw new Error(`${what}: ${family}.${name} ${shown(value)} is not supported`)
  }
  const V = tensors.get('token_embd.weight')?.shape[0]
  if (V === undefined) throw new Error(`${what} has no tensor token_embd.weight, so it holds no language model`)
  const D = number('embedding_length')
  const heads = number('attention.head_count')
  const headDim = number('attention.key_length', D / heads)
  if (number('attention.value_length', headDim) !== headDim) {
    throw new Error(`${what}: keys and values of different sizes are not supported`)
  }
  const config: ModelConfig = {
    family,
    layers: number('block_count'),
    D,
    heads,
    kvHeads: number('attention.head_count_kv', heads),
    headDim,
    F: number('feed_forward_length'),
    V,
    context: number('context_length'),
    normEps: shortest(number(family === 'gpt2' ? 'attention.layer_norm_epsilon' : 'attention.layer_norm_rms_epsilon')),
    tied: !tensors.has('output.weight'),
    attentionBias: family === 'gpt2' || family === 'qwen2' || tensors.has('blk.0.attn_q.bias'),
    mlpBias: family === 'gpt2' || tensors.has('blk.0.ffn_down.bias'),
    rope: family === 'gpt2' ? null : ropeOf(metadata, family, headDim, ropeFactors, what),
    bos: idOf(metadata.get('tokenizer.ggml.bos_token_id')),
    eos: ['eos', 'eot', 'eom'].flatMap((name) => idOf(metadata.get(`tokenizer.ggml.${name}_token_id`)) ?? []),
    pad: idOf(metadata.get('tokenizer.ggml.padding_token_id')),
  }
  return checkedConfig({ ...config, eos: [...new Set(config.eos)] }, what)
}

function familyOf(architecture: unknown, what: string): ModelConfig['family'] {
  if (architecture === 'llama' || architecture === 'qwen2' || architecture === 'qwen3' || architecture === 'gpt2') {
    return architecture
  }
  throw new Error(
    `${what}: general.architecture ${shown(architecture ?? null)} is not supported; supported are ${SUPPORTED}`,
  )
}

function ropeOf(
  metadata: GgufHeader['metadata'],
  family: string,
  headDim: number,
  factors: Float32Array | null,
  what: string,
): NonNullable<ModelConfig['rope']> {
  const base = metadata.get(`${family}.rope.freq_base`) ?? 10_000
  const theta = typeof base === 'number' && base > 0 ? shortest(base) : NaN
  const rotated = metadata.get(`${family}.rope.dimension_count`) ?? headDim
  if (Number.isNaN(theta) || rotated !== headDim) {
    throw new Error(
      `${what}: RoPE over ${shown(rotated)} of ${headDim} dimensions with base ${shown(base)} is not supported`,
    )
  }
  const kind = metadata.get(`${family}.rope.scaling.type`) ?? 'none'
  const factor = metadata.get(`${family}.rope.scaling.factor`) ?? 1
  if (kind === 'linear' && typeof factor === 'number' && factor > 0 && !factors) {
    return { theta, scaling: factor === 1 ? null : { kind, factor: shortest(factor) } }
  }
  if (kind !== 'none')
    throw new Error(`${what}: RoPE scaling ${shown(kind)} is not supported; linear and Llama 3's are`)
  return { theta, scaling: factors && llama3Scaling(factors, theta, headDim, what) }
}

/**
 * Llama 3's scaling recovered from the divisors of its frequencies. Only `factor` varies among its releases (8 or 32), the
 * other constants are fixed, so the guess is checked against every divisor and refused when one is off.
 */
function llama3Scaling(factors: Float32Array, theta: number, headDim: number, what: string) {
  const factor = shortest(factors.reduce((largest, each) => Math.max(largest, each), 0))
  if (factors.every((each) => each === 1)) return null
  const scaling = { kind: 'llama3', factor, lowFactor: 1, highFactor: 4, originalContext: 8192 } as const
  const fits = (each: number, i: number) => Math.abs(each / llama3Divisor(i, theta, headDim, scaling) - 1) < 1e-4
  if (factors.length === headDim / 2 && factors.every(fits)) return scaling
  throw new Error(
    `${what}: rope_freqs.weight is not the RoPE scaling of Llama 3.1 or 3.2; other scalings are not supported`,
  )
}

function llama3Divisor(
  i: number,
  theta: number,
  headDim: number,
  {
    factor,
    lowFactor,
    highFactor,
    originalContext,
  }: { factor: number; lowFactor: number; highFactor: number; originalContext: number },
): number {
  const wavelength = 2 * Math.PI * theta ** ((2 * i) / headDim)
  if (wavelength < originalContext / highFactor) return 1
  if (wavelength > originalContext / lowFactor) return factor
  const smooth = (originalContext / wavelength - lowFactor) / (highFactor - lowFactor)
  return 1 / ((1 - smooth) / factor + smooth)
}

/** The shortest decimal that is this float32: 1e-5 and not 0.000009999999747, as config.json would have it. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === Math.fround(value)) return short
  }
  return value
}

function idOf(value: unknown): number | null {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : null
}
