// Files that a browser gives to the headless shell: streamed into a folder of their own, so that the app can read them by path.
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { randomUUID } from 'node:crypto'
import { ProblemError } from '#contract'

/** Largest upload, bytes: the largest file of pairs that an import reads. */
const LIMIT = 2 * 2 ** 30

export interface Uploads {
  /** Stores the request's body and returns its path. Refuses what is larger than the limit; nothing stays of a broken upload. */
  take(request: IncomingMessage, name: string): Promise<string>
  /** Removes everything that was uploaded: they are copies. */
  clear(): Promise<void>
}

export function openUploads(folder: string): Uploads {
  return {
    async take(request, name) {
      const place = join(folder, randomUUID())
      await mkdir(place, { recursive: true })
      const file = join(place, safeName(name))
      let received = 0
      try {
        await pipeline(
          request,
          async function* (chunks: AsyncIterable<Buffer>) {
            for await (const chunk of chunks) {
              received += chunk.length
              if (received > LIMIT)
                throw new ProblemError({
                  code: 'refused',
                  message: 'The file is larger than 2 GiB',
                  where: name,
                  advice: 'Split it',
                })
              yield chunk
            }
          },
          createWriteStream(`${file}.part`),
        )
        await rename(`${file}.part`, file)
        return file
      } catch (thrown) {
        await rm(place, { recursive: true, force: true })
        throw thrown
      }
    },
    clear: () => rm(folder, { recursive: true, force: true }),
  }
}

function safeName(name: string): string {
  return (
    basename(name)
      .replace(/[^\w.\- ]+/g, '_')
      .slice(-120) || 'upload'
  )
}
