// Builds the app into out/ with electron-vite, only when its sources changed since the last build.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runChild } from './child.mjs'
import { writeWhole } from './record.mjs'
import { say } from './terminal.mjs'

const INPUTS = ['src', 'electron.vite.config.ts', 'svelte.config.js', 'package-lock.json']

/** The hash of everything the build reads. @param {string} root @returns {string} */
export function buildStamp(root) {
  const hash = createHash('sha256')
  /** @param {string} path */
  const add = (path) => {
    const full = join(root, path)
    if (!existsSync(full)) return
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) add(join(path, name))
      return
    }
    hash.update(path).update('\0').update(readFileSync(full)).update('\0')
  }
  INPUTS.forEach(add)
  return hash.digest('hex').slice(0, 32)
}

/**
 * Brings out/ up to date.
 * @param {string} root @param {string} [node]
 * @throws {Error} with the build's first error
 */
export async function buildApp(root, node = process.execPath) {
  const stampFile = join(root, 'out', 'built-from')
  const stamp = buildStamp(root)
  const built = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp
  if (built && existsSync(join(root, 'out', 'renderer', 'index.html'))) return
  say('Building the app (a few seconds, only after a change)')
  const script = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const done = await runChild(node, [script, 'build'], { cwd: root, timeout: 300_000 })
  if (done.ok) {
    writeWhole(stampFile, stamp)
    return
  }
  const first = firstError(`${done.errors}\n${done.output}`) ?? `exit code ${done.code}`
  throw new Error(`The app could not be built (${first}). npm run build shows all of it.`)
}

/**
 * The line of a builder's output that names the fault.
 * @param {string} text @returns {string | null}
 */
export function firstError(text) {
  const lines = text.replace(/\x1b\[[0-9;]*m/g, '').split(/\r?\n/)
  const telling = lines.find(
    (line) => /could not|cannot|not found|error/i.test(line) && !/during build|build failed/i.test(line),
  )
  return telling?.trim().slice(0, 300) ?? null
}
