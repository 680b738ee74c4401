// Writing so that nothing is ever half there: a temporary name, every byte, a sync to the disk, then a rename.
import { mkdir, open, rename, rm, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ProblemError } from '#contract'

/** Where a file's bytes come from: text, or pieces in order. */
export type Content = string | AsyncIterable<Uint8Array>

/** Writes one file inside a folder that is still under its temporary name, and syncs it. */
export async function writeFileIn(folder: string, name: string, content: Content): Promise<void> {
  const handle = await open(join(folder, name), 'wx')
  try {
    if (typeof content === 'string') await handle.writeFile(content)
    else
      for await (const bytes of content) {
        // A disk that is nearly full takes a part of a write before it refuses the rest.
        for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done)).bytesWritten
      }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Makes the folder `to` whole or not at all: `write` fills a temporary folder beside it, which is then renamed.
 * A folder that is there already is replaced. Rejects with a ProblemError that names the room needed when the disk is full;
 * the temporary folder is then gone.
 * @param what what is written, for the error: 'the checkpoint of step 50'
 * @param bytes roughly how much room it needs
 */
export async function writeFolder(
  to: string,
  { what, bytes, advice }: { what: string; bytes: number; advice: string },
  write: (folder: string) => Promise<void>,
): Promise<void> {
  const parent = dirname(to)
  const part = join(parent, `${basename(to)}.tmp`)
  try {
    await mkdir(parent, { recursive: true })
    await rm(part, { recursive: true, force: true })
    await mkdir(part)
    await write(part)
    await replaceFolder(part, to)
  } catch (thrown) {
    const free = await freeBytes(parent)
    await rm(part, { recursive: true, force: true }).catch(() => {})
    throw diskProblem(thrown, parent, { what, bytes, free, advice })
  }
}

async function replaceFolder(part: string, to: string): Promise<void> {
  const old = `${part}.old`
  await rm(old, { recursive: true, force: true })
  await rename(to, old).catch((thrown: unknown) => {
    if (codeOf(thrown) !== 'ENOENT') throw thrown
  })
  await rename(part, to)
  await rm(old, { recursive: true, force: true })
}

/** Free bytes of the disk that holds a folder; null when the system does not tell. */
export async function freeBytes(folder: string): Promise<number | null> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  )
}

/** What the disk refused, as one line; a thrown value of another kind as it is. */
function diskProblem(
  thrown: unknown,
  folder: string,
  { what, bytes, free, advice }: { what: string; bytes: number; free: number | null; advice: string },
): unknown {
  const code = codeOf(thrown)
  const left = free === null ? '' : `, ${megabytes(free)} were left`
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ProblemError({
      code: 'unavailable',
      message: `The disk is full: ${what} needs ${megabytes(bytes)}${left}`,
      where: folder,
      advice,
    })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new ProblemError({
      code: 'unavailable',
      message: `${what} cannot be written: no permission (${code})`,
      where: folder,
      advice: 'Give yourself write permission there',
    })
  return thrown
}

const megabytes = (bytes: number) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`)

const codeOf = (thrown: unknown) => (thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '')

/** Writes a file under a temporary name, syncs it and renames it into place. */
export async function replaceFile(path: string, content: Content): Promise<void> {
  const folder = dirname(path)
  const part = `${basename(path)}.tmp`
  try {
    await mkdir(folder, { recursive: true })
    await rm(join(folder, part), { force: true })
    await writeFileIn(folder, part, content)
    await rename(join(folder, part), path)
  } catch (thrown) {
    const free = await freeBytes(folder)
    await rm(join(folder, part), { force: true }).catch(() => {})
    const bytes = typeof content === 'string' ? content.length : 0
    throw diskProblem(thrown, folder, { what: basename(path), bytes, free, advice: 'Free some space and try again' })
  }
}
