// Reading safetensors: 8 bytes of length, a JSON header, then raw tensors (github.com/huggingface/safetensors, "Format").
import { floatsFromBrain, floatsFromHalf } from './half.ts'
import { isObject, jsonObject, shown } from './hostile.ts'
import { type ByteSource, bytesAt, pieces } from './source.ts'

/** Where one tensor lies: `offset` and `length` are in bytes, from the start of the file. */
export type TensorEntry = { dtype: string; shape: number[]; offset: number; length: number }

const HEADER_LIMIT = 100_000_000 // the format's own
const TENSOR_LIMIT = 2 ** 40 // elements
const BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
}

/**
 * The table of contents of a safetensors file. `what` names the file in errors. Refuses, with one line, a header that is
 * too long, no JSON, has unknown types, absurd shapes, lengths that do not match, or tensors that overlap or leave the file.
 */
export async function readSafetensorsHeader(
  source: ByteSource,
  what = 'safetensors file',
): Promise<Map<string, TensorEntry>> {
  if (source.size < 8) throw new Error(`${what}: ${source.size} bytes are too few for a safetensors file`)
  const head = await bytesAt(source, 0, 8, what)
  const view = new DataView(head.buffer, head.byteOffset, 8)
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32
  if (length > HEADER_LIMIT)
    throw new Error(`${what}: a header of ${length} bytes is over the format's limit of 100 MB`)
  if (8 + length > source.size) {
    throw new Error(
      `${what}: the header wants ${length} bytes, the file has ${source.size - 8} after its length: cut off`,
    )
  }
  const entries = new Map<string, TensorEntry>()
  const start = 8 + length
  for (const [name, value] of Object.entries(headerObject(await bytesAt(source, 8, length, what), what))) {
    if (name === '__metadata__') continue
    entries.set(name, entryOf(value, start, source.size, `${what}: tensor "${shown(name)}"`))
  }
  refuseOverlap(entries, what)
  return entries
}

/** One tensor as float32, from F32, F16, BF16 or (narrowed) F64. Other types are refused by name. */
export async function readTensor(source: ByteSource, entry: TensorEntry, what = 'tensor'): Promise<Float32Array> {
  const size = BYTES[entry.dtype] ?? 0
  if (!FLOATS.has(entry.dtype)) {
    throw new Error(`${what} is ${entry.dtype}; weights are read from F32, F16, BF16 and F64 only`)
  }
  const out = new Float32Array(entry.length / size)
  for await (const { at, bytes } of pieces(source, entry.offset, entry.length, size, what)) {
    const data = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
    const count = data.length / size
    if (entry.dtype === 'F32') out.set(new Float32Array(data.buffer, data.byteOffset, count), at / 4)
    else if (entry.dtype === 'F64') out.set(new Float64Array(data.buffer, data.byteOffset, count), at / 8)
    else if (entry.dtype === 'F16') floatsFromHalf(new Uint16Array(data.buffer, data.byteOffset, count), out, at / 2)
    else floatsFromBrain(new Uint16Array(data.buffer, data.byteOffset, count), out, at / 2)
  }
  return out
}

const FLOATS: ReadonlySet<string> = new Set(['F32', 'F16', 'BF16', 'F64'])

function headerObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error(`${what}: its header is not text; this is not a safetensors file, or it is damaged`)
  }
  return jsonObject(text, `${what}: its header`)
}

function entryOf(value: unknown, start: number, fileSize: number, what: string): TensorEntry {
  if (!isObject(value)) throw new Error(`${what} is not described by an object`)
  const { dtype, shape, data_offsets: offsets } = value
  const bytes = typeof dtype === 'string' && Object.hasOwn(BYTES, dtype) ? BYTES[dtype] : undefined
  if (typeof dtype !== 'string' || bytes === undefined) throw new Error(`${what} has an unknown type ${shown(dtype)}`)
  if (!isSizes(shape) || shape.length > 8) throw new Error(`${what} has a shape that is not a list of sizes`)
  if (!isSizes(offsets) || offsets.length !== 2) throw new Error(`${what} has no valid data_offsets`)
  const count = shape.reduce((product, size) => product * size, 1)
  if (count > TENSOR_LIMIT) throw new Error(`${what} claims the shape [${shape.join(', ')}], which is absurd`)
  const [from, to] = [offsets[0]!, offsets[1]!]
  if (to < from || start + to > fileSize) {
    throw new Error(
      `${what} lies at ${from} to ${to}, outside the ${fileSize - start} bytes of data: cut off or damaged`,
    )
  }
  if (to - from !== count * bytes) {
    throw new Error(`${what} has ${to - from} bytes, but [${shape.join(', ')}] in ${dtype} takes ${count * bytes}`)
  }
  return { dtype, shape, offset: start + from, length: to - from }
}

function refuseOverlap(entries: ReadonlyMap<string, TensorEntry>, what: string): void {
  const inOrder = [...entries].filter(([, { length }]) => length > 0).sort((a, b) => a[1].offset - b[1].offset)
  for (const [i, [name, entry]] of inOrder.entries()) {
    const before = inOrder[i - 1]
    if (before && before[1].offset + before[1].length > entry.offset) {
      throw new Error(`${what}: tensors "${shown(before[0])}" and "${shown(name)}" overlap`)
    }
  }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
}
