// Installs the packages of package-lock.json with the machine's own npm, only when node_modules does not fit.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runChild } from './child.mjs'
import { say, showProgress } from './terminal.mjs'

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockedPackage
 * @typedef {Record<string, LockedPackage>} LockedPackages
 */

/**
 * Whether what npm installed is what the lock file asks for. Optional packages may be absent: npm takes only those
 * that fit the machine.
 * @param {LockedPackages} locked @param {LockedPackages} installed @returns {boolean}
 */
export function packagesFit(locked, installed) {
  const wanted = Object.entries(locked).filter(([path]) => path !== '')
  const fits = wanted.every(([path, asked]) => {
    const there = installed[path]
    if (there === undefined) return asked.optional === true
    return there.version === asked.version && there.integrity === asked.integrity
  })
  return fits && Object.keys(installed).every((path) => path in locked)
}

/** @param {string} path @returns {LockedPackages | null} */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null
  } catch {
    return null
  }
}

/** How npm is called: by the npm that runs us, or by the one beside Node. @param {NodeJS.ProcessEnv} env @returns {[string, string[]]} */
export function npmCommand(env) {
  const script = env.npm_execpath
  if (script && /npm-cli\.c?js$/.test(script)) return [process.execPath, [script]]
  if (process.platform === 'win32') {
    return [process.execPath, [join(process.execPath, '..', 'node_modules', 'npm', 'bin', 'npm-cli.js')]]
  }
  return ['npm', []]
}

/**
 * Brings node_modules to what package-lock.json says.
 * @param {string} root @param {NodeJS.ProcessEnv} [env]
 * @throws {Error} with a line that says what npm could not do
 */
export async function installPackages(root, env = process.env) {
  const locked = readLock(join(root, 'package-lock.json'))
  if (locked === null)
    throw new Error(`package-lock.json in ${root} is missing or damaged: get a fresh copy of Attune.`)
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'))
  if (installed !== null && packagesFit(locked, installed)) return
  say('Installing the packages of the lock file (about 15 seconds on a fast line)')
  const [command, first] = npmCommand(env)
  const paths = Object.keys(locked).filter((path) => path !== '' && !locked[path]?.optional)
  const clock = setInterval(() => showProgress(`${unpacked(root, paths)} of ${paths.length} packages`), 1000)
  // Node 24 comes with these packages: that the Node at hand is older is no news to anyone.
  const done = await runChild(
    command,
    [...first, 'ci', '--loglevel=error', '--no-progress', '--no-audit', '--no-fund'],
    {
      cwd: root,
      env: { ...env, npm_config_loglevel: 'error' },
      timeout: 1_800_000,
    },
  )
  clearInterval(clock)
  if (done.ok) return
  throw new Error(npmRefusal(done.reason, `${done.errors}\n${done.output}`))
}

/**
 * The line for a failed `npm ci`.
 * @param {string | null} reason @param {string} text what npm printed @returns {string}
 */
export function npmRefusal(reason, text) {
  if (reason === 'missing') return 'npm is not installed: install Node with npm, then start again.'
  if (/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ECONNRESET|network/.test(text) || reason !== null) {
    return 'npm could not reach its registry: the packages are missing. Check the network or the proxy, then start again.'
  }
  const line = /npm (?:error|ERR!) (?!code)(.+)/.exec(text)?.[1] ?? 'it gave no reason'
  return `npm could not install the packages: ${line.trim()}. Remove node_modules and start again.`
}

/**
 * How many of the packages are unpacked: npm makes all folders first and fills them later.
 * @param {string} root @param {string[]} paths @returns {number}
 */
function unpacked(root, paths) {
  return paths.filter((path) => existsSync(join(root, path, 'package.json'))).length
}
