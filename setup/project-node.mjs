// The Node that runs Attune: Node 24 from the lock file where there is a package for this machine, else a new enough one.
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this checkout. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url))

const OLDEST = [22, 18]

/** @param {string} root @param {string} [platform] @param {string} [arch] @returns {string} the executable in its package */
export function packagedNode(root, platform = process.platform, arch = process.arch) {
  const folder = join(root, 'node_modules', `node-${platform === 'win32' ? 'win' : platform}-${arch}`)
  return join(folder, 'bin', platform === 'win32' ? 'node.exe' : 'node')
}

/** Whether a version of Node runs the TypeScript sources as they are. @param {string} version @returns {boolean} */
export function runsAttune(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major > 22 ? major >= 24 || minor >= 6 : major === OLDEST[0] && minor >= (OLDEST[1] ?? 0)
}

/**
 * The Node to run Attune with.
 * @param {string} root @param {string} [version] version of the running Node @returns {string} path of the executable
 * @throws {Error} with the line for the user when this machine has none
 */
export function projectNode(root, version = process.version) {
  const packaged = packagedNode(root)
  if (existsSync(packaged)) return packaged
  if (runsAttune(version)) return process.execPath
  throw new Error(
    `There is no packaged Node 24 for ${process.platform}-${process.arch} and this is Node ${version}: install Node 24, then start again.`,
  )
}

/**
 * Puts the packaged Node first for npm scripts. Some versions of npm leave this one link out.
 * @param {string} root
 */
export function linkNode(root) {
  const packaged = packagedNode(root)
  const bin = join(root, 'node_modules', '.bin')
  const link = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node')
  if (!existsSync(packaged) || existsSync(link)) return
  mkdirSync(bin, { recursive: true })
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link)
  if (process.platform === 'win32') writeFileSync(link, `@"${packaged}" %*\r\n`)
  else symlinkSync(join('..', `node-${process.platform}-${process.arch}`, 'bin', 'node'), link)
}
