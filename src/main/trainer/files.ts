// Files as ml reads them: byte sources and folders over the disk. Everything here is a stranger's data: looked at, never run.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ProblemError } from '#contract'
import type { ByteSource, Folder } from '#ml'

/** A file as bytes. It is opened for each read, so that nothing has to be closed. Rejects when it is not a plain file. */
export async function diskSource(path: string): Promise<ByteSource> {
  const { size } = await plainFile(path)
  return {
    size,
    async read(offset, length) {
      const handle = await open(path, 'r')
      try {
        const bytes = new Uint8Array(length)
        let done = 0
        while (done < length) {
          const { bytesRead } = await handle.read(bytes, done, length - done, offset + done)
          if (bytesRead === 0) break
          done += bytesRead
        }
        return bytes.subarray(0, done)
      } finally {
        await handle.close()
      }
    },
  }
}

/** A folder of files. Names are checked: nothing outside the folder can be reached through one. */
export function diskFolder(path: string): Folder {
  const inside = (name: string) => {
    if (name === '' || name === '.' || name === '..' || basename(name) !== name || /[\\/\0]/.test(name))
      throw new Error(`${JSON.stringify(name)} is not the name of a file in ${path}`)
    return join(path, name)
  }
  return {
    list: async () => (await readdir(path)).toSorted(),
    open: async (name) => diskSource(inside(name)),
    async text(name, maxBytes) {
      const file = inside(name)
      const { size } = await plainFile(file)
      if (size > maxBytes) throw new Error(`${name} has ${size} bytes; ${maxBytes} are the most that is read`)
      return readFile(file, 'utf8')
    },
  }
}

/** sha256 over files in order, as hex. Reads them as streams. */
export async function filesHash(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) for await (const bytes of createReadStream(path)) hash.update(bytes as Uint8Array)
  return hash.digest('hex')
}

async function plainFile(path: string): Promise<{ size: number }> {
  const found = await stat(path).catch((thrown: unknown) => {
    throw unreadable(path, thrown)
  })
  // A pipe or a device would be read for ever.
  if (!found.isFile()) throw new ProblemError({ code: 'bad-input', message: 'This is not a file', where: path })
  return found
}

function unreadable(path: string, thrown: unknown): ProblemError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new ProblemError({ code: 'not-found', message: 'There is no such file', where: path })
  const message =
    code === 'EACCES' ? 'This file may not be read' : `This file cannot be read (${code || String(thrown)})`
  return new ProblemError({ code: 'unavailable', message, where: path })
}
