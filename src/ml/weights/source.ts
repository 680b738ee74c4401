// A readable run of bytes: files, memory or a network range behind two members, so that ml never opens anything itself.

/** Bytes at rest. `read` gives exactly `length` bytes from `offset`, or fails; the caller may keep what it is given. */
export interface ByteSource {
  /** Length in bytes. */
  readonly size: number
  read(offset: number, length: number): Promise<Uint8Array>
}

/** A folder of model files. Names are plain file names without path separators. */
export interface Folder {
  list(): Promise<string[]>
  open(name: string): Promise<ByteSource>
  /** The file as UTF-8 text; fails with a plain line when it is longer than `maxBytes`. */
  text(name: string, maxBytes: number): Promise<string>
}

/** Largest piece that tensors are read in; keeps a conversion's overhead at two pieces whatever the tensor's size. */
const PIECE = 16 * 1024 * 1024

/** Bytes in memory as a source. Pieces are copies, so that views of any alignment can be laid over them. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
  }
}

/** Reads `length` bytes at `offset` after checking that they lie inside the source. `what` names them in the error. */
export async function bytesAt(source: ByteSource, offset: number, length: number, what: string): Promise<Uint8Array> {
  const within = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0
  if (!within || offset + length > source.size) {
    throw new Error(
      `${what} needs bytes ${offset} to ${offset + length}, but the file ends at ${source.size}: it is cut off or damaged`,
    )
  }
  const bytes = await source.read(offset, length)
  if (bytes.length !== length) throw new Error(`${what}: asked for ${length} bytes, the file gave ${bytes.length}`)
  return bytes
}

/**
 * Walks over `length` bytes at `offset` in pieces whose sizes are multiples of `grain` bytes (the last one included, when
 * `length` is). `at` is a piece's distance from `offset`.
 */
export async function* pieces(
  source: ByteSource,
  offset: number,
  length: number,
  grain: number,
  what: string,
): AsyncGenerator<{ at: number; bytes: Uint8Array }> {
  const step = Math.max(grain, Math.floor(PIECE / grain) * grain)
  for (let at = 0; at < length; at += step) {
    yield { at, bytes: await bytesAt(source, offset + at, Math.min(step, length - at), what) }
  }
}
