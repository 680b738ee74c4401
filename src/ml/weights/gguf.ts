// Reading GGUF, versions 2 and 3: metadata, then tensor infos, then aligned data (github.com/ggml-org/ggml, docs/gguf.md).
import { type BlockType, blockType, dequantizeBlocks } from './dequantize.ts'
import { type GgufCursor, type GgufValue, NEED_MORE, ggufCursor } from './gguf-reading.ts'
import { shown } from './hostile.ts'
import { type ByteSource, bytesAt, pieces } from './source.ts'

/** One tensor: `shape` in row-major order (GGUF's own dims reversed), `offset` and `length` in bytes of the file. */
export type GgufTensor = { type: BlockType; shape: number[]; offset: number; length: number }

export type GgufMetadata = ReadonlyMap<string, GgufValue>

export type GgufHeader = { version: number; metadata: GgufMetadata; tensors: ReadonlyMap<string, GgufTensor> }

const METADATA_LIMIT = 10_000
const TENSORS_LIMIT = 100_000
const KEY_LIMIT = 65_535
const NAME_LIMIT = 256
const TENSOR_LIMIT = 2 ** 40 // elements
const FIRST_READ = 2 * 1024 * 1024
const HEADER_LIMIT = 512 * 1024 * 1024

/**
 * The table of contents of a GGUF file. Refuses, with one line that starts with `fileName`, files that are no GGUF, of
 * another version or byte order, cut off, with absurd counts or lengths, or whose tensors overlap or leave the file.
 */
export async function readGgufHeader(source: ByteSource, fileName = 'GGUF file'): Promise<GgufHeader> {
  // Where the header ends is known only after reading it, so the beginning is read in growing pieces.
  for (let length = Math.min(FIRST_READ, source.size); ; length = Math.min(length * 4, source.size)) {
    const bytes = await bytesAt(source, 0, length, fileName)
    try {
      return headerOf(bytes, source.size, fileName)
    } catch (problem) {
      if (problem !== NEED_MORE) throw problem
      if (length === source.size) throw new Error(`${fileName} ends inside its header: it is cut off`)
      if (length > HEADER_LIMIT)
        throw new Error(`${fileName} has a header of more than ${HEADER_LIMIT} bytes, which is absurd`)
    }
  }
}

/** One tensor as float32, dequantised piece by piece. */
export async function readGgufTensor(
  source: ByteSource,
  { type, shape, offset, length }: GgufTensor,
  what = 'tensor',
): Promise<Float32Array> {
  const out = new Float32Array(shape.reduce((product, size) => product * size, 1))
  for await (const { at, bytes } of pieces(source, offset, length, type.bytes, what)) {
    dequantizeBlocks(type, bytes, out, (at / type.bytes) * type.values)
  }
  return out
}

function headerOf(bytes: Uint8Array, fileSize: number, fileName: string): GgufHeader {
  const cursor = ggufCursor(bytes, fileSize, fileName)
  const version = versionOf(cursor, fileName)
  const tensorCount = cursor.u64('the number of tensors')
  const metadataCount = cursor.u64('the number of metadata entries')
  if (tensorCount > TENSORS_LIMIT || metadataCount > METADATA_LIMIT) {
    throw new Error(
      `${fileName} claims ${tensorCount} tensors and ${metadataCount} metadata entries; ` +
        `the limits are ${TENSORS_LIMIT} and ${METADATA_LIMIT}`,
    )
  }
  const metadata = new Map<string, GgufValue>()
  for (let i = 0; i < metadataCount; i++) {
    const key = cursor.text(KEY_LIMIT, 'a metadata key')
    if (metadata.has(key)) throw new Error(`${fileName} has two metadata entries "${shown(key)}"`)
    metadata.set(key, cursor.value(`metadata "${shown(key)}"`))
  }
  const found = Array.from({ length: tensorCount }, () => tensorInfo(cursor, fileName))
  return {
    version,
    metadata,
    tensors: placed(found, alignmentOf(metadata, fileName), cursor.position(), fileSize, fileName),
  }
}

function versionOf(cursor: GgufCursor, fileName: string): number {
  if (cursor.u32() !== 0x46554747) throw new Error(`${fileName} is not a GGUF file (it does not begin with "GGUF")`)
  const version = cursor.u32()
  if (version === 0x02000000 || version === 0x03000000)
    throw new Error(`${fileName} is a big-endian GGUF, not supported`)
  if (version !== 2 && version !== 3)
    throw new Error(`${fileName} is GGUF version ${version}; versions 2 and 3 are read`)
  return version
}

function alignmentOf(metadata: GgufMetadata, fileName: string): number {
  const alignment = metadata.get('general.alignment') ?? 32
  const valid = typeof alignment === 'number' && Number.isInteger(Math.log2(alignment)) && alignment >= 8
  if (!valid || alignment > 65_536) throw new Error(`${fileName} has the impossible alignment ${shown(alignment)}`)
  return alignment
}

type Info = { name: string; type: BlockType; shape: number[]; from: number; length: number }

function tensorInfo(cursor: GgufCursor, fileName: string): Info {
  const name = cursor.text(NAME_LIMIT, 'a tensor name')
  const what = `${fileName}: tensor "${shown(name)}"`
  const rank = cursor.u32()
  if (rank < 1 || rank > 4) throw new Error(`${what} has ${rank} dimensions; 1 to 4 are possible`)
  const dims = Array.from({ length: rank }, () => cursor.u64('a dimension'))
  const count = dims.reduce((product, size) => product * size, 1)
  if (count < 1 || count > TENSOR_LIMIT)
    throw new Error(`${what} claims the shape [${dims.join(', ')}], which is absurd`)
  const type = blockType(cursor.u32(), what)
  if (dims[0]! % type.values !== 0) {
    throw new Error(`${what} has rows of ${dims[0]} values, but ${type.name} packs ${type.values} at a time`)
  }
  const from = cursor.u64('a tensor offset')
  return { name, type, shape: dims.reverse(), from, length: (count / type.values) * type.bytes }
}

function placed(
  found: readonly Info[],
  alignment: number,
  headerEnd: number,
  fileSize: number,
  fileName: string,
): Map<string, GgufTensor> {
  const start = Math.ceil(headerEnd / alignment) * alignment
  const tensors = new Map<string, GgufTensor>()
  for (const { name, type, shape, from, length } of found) {
    const what = `${fileName}: tensor "${shown(name)}"`
    if (tensors.has(name)) throw new Error(`${what} is listed twice`)
    if (from % alignment !== 0) throw new Error(`${what} is not aligned to ${alignment} bytes`)
    if (start + from + length > fileSize) {
      throw new Error(`${what} ends at byte ${start + from + length}, but the file ends at ${fileSize}: it is cut off`)
    }
    tensors.set(name, { type, shape, offset: start + from, length })
  }
  const inOrder = [...tensors].sort((a, b) => a[1].offset - b[1].offset)
  for (const [i, [name, { offset }]] of inOrder.entries()) {
    const before = inOrder[i - 1]
    if (before && before[1].offset + before[1].length > offset) {
      throw new Error(`${fileName}: tensors "${shown(before[0])}" and "${shown(name)}" overlap`)
    }
  }
  return tensors
}
