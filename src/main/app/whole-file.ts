// Files that the app writes for others: whole under their name, or not at all.
import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ProblemError } from '#contract'

/**
 * Writes texts one after another.
 * @param makeFolder whether the folder is made where there is none
 * @throws ProblemError what the disk refused
 */
export async function writeWhole(
  file: string,
  texts: Iterable<string>,
  { makeFolder = false }: { makeFolder?: boolean } = {},
): Promise<void> {
  const part = join(dirname(file), `.${randomUUID()}.part`)
  try {
    if (makeFolder) await mkdir(dirname(file), { recursive: true })
    const handle = await open(part, 'wx')
    try {
      for (const text of texts) await handle.write(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, file)
  } catch (thrown) {
    await rm(part, { force: true }).catch(() => {})
    throw fileProblem(thrown, file)
  }
}

const refusals: Readonly<Record<string, [message: string, advice: string]>> = {
  ENOSPC: ['The disk is full; the file was not written', 'Free some space and try again'],
  EDQUOT: ['The disk quota is used up; the file was not written', 'Free some space and try again'],
  EACCES: ['This file may not be written', 'Give yourself write permission there'],
  EPERM: ['This file may not be written', 'Give yourself write permission there'],
  EROFS: ['This disk is read-only', 'Choose another place'],
  ENOENT: ['There is no such folder', 'Name a file in a folder that is there'],
  ENOTDIR: ['There is no such folder', 'Name a file in a folder that is there'],
  EISDIR: ['This is a folder', 'Give the name of a file'],
}

/** What the disk refused, as one line; a thrown value of another kind as it is. */
function fileProblem(thrown: unknown, where: string): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (!/^E[A-Z]+$/.test(code)) return thrown
  const [message, advice] = refusals[code] ?? [`The file could not be written (${code})`, 'Choose another place']
  return new ProblemError({ code: 'unavailable', message, where, advice })
}
