// The lines of a file as bytes, one after the other, however large the file is.
import { createReadStream } from 'node:fs'
import { unreadable } from './file.ts'
import type { ReadOptions } from './records.ts'

/** A line longer than this is not held in memory. */
export const LINE_LIMIT = 16 * 1024 * 1024

export type Line = { number: number; bytes: Uint8Array | 'too-long' }

/** Lines without their end; the byte order mark is left out. The last one may lack its line feed. */
export async function* linesOf(file: string, size: number, { signal, onProgress }: ReadOptions): AsyncGenerator<Line> {
  let number = 1
  let parts: Uint8Array[] = []
  let length = 0
  let read = 0
  const take = (part: Uint8Array) => {
    length += part.length
    if (length <= LINE_LIMIT) parts.push(part)
    else parts = []
  }
  const finish = (): Line => {
    const bytes = length > LINE_LIMIT ? 'too-long' : withoutMark(number, Buffer.concat(parts))
    parts = []
    length = 0
    return { number: number++, bytes }
  }
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
      signal?.throwIfAborted()
      let start = 0
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        take(chunk.subarray(start, end))
        start = end + 1
        yield finish()
      }
      take(chunk.subarray(start))
      read += chunk.length
      onProgress?.(Math.min(1, read / size))
    }
  } catch (thrown) {
    throw signal?.aborted ? thrown : unreadable(file, thrown)
  }
  if (length > 0) yield finish()
}

function withoutMark(number: number, bytes: Buffer): Uint8Array {
  const marked = number === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  return marked ? bytes.subarray(3) : bytes
}
