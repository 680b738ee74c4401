// Electron's binary: found, fetched once by its own installer, or a line that says why the window cannot be had here.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runChild } from './child.mjs'
import { writeWhole } from './record.mjs'
import { megabytes, say, showProgress } from './terminal.mjs'

/** @param {string} root @returns {string} */
const notePath = (root) => join(root, 'node_modules', '.attune', 'electron-refused')

/** The binary that Electron's package names, or null. @param {string} root @returns {string | null} */
export function electronBinary(root) {
  const folder = join(root, 'node_modules', 'electron')
  try {
    const binary = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim())
    return existsSync(binary) ? binary : null
  } catch {
    return null
  }
}

/**
 * Why a window cannot be opened on this machine even with Electron's binary, or null when it can.
 * @param {{ platform: string, env: NodeJS.ProcessEnv, uid: number | undefined }} machine @returns {string | null}
 */
export function windowRefusal({ platform, env, uid }) {
  if (platform !== 'linux') return null
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return 'there is no display here'
  if (uid === 0) return "Electron's sandbox does not run as root"
  return null
}

/** Forgets that the binary could not be fetched, so that the next start tries again. @param {string} root */
export const forgetElectronRefusal = (root) => rmSync(notePath(root), { force: true })

/**
 * The binary, fetched when it is not there yet. A refusal is remembered until `npm run setup`.
 * @param {string} root @param {{ node?: string, env?: NodeJS.ProcessEnv, idle?: number }} [options]
 * @returns {Promise<{ binary: string } | { reason: string }>}
 */
export async function bringElectron(root, { node = process.execPath, env = process.env, idle = 25_000 } = {}) {
  const there = electronBinary(root)
  if (there !== null) return { binary: there }
  const reason = "Electron's binary could not be fetched (npm run setup tries again)"
  if (existsSync(notePath(root))) return { reason }
  say("Fetching Electron's binary (about 110 MB, once)")
  const folder = join(root, 'node_modules', 'electron')
  const temporary = join(root, 'node_modules', '.attune', 'electron-download')
  rmSync(temporary, { recursive: true, force: true })
  writeWhole(join(temporary, 'started'), '')
  const done = await runChild(node, [join(folder, 'install.js')], {
    cwd: folder,
    env: { ...env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    timeout: 900_000,
    idle,
    watch: [temporary, join(folder, 'dist')],
    onGrowth: (bytes) => showProgress(`${megabytes(bytes)} so far`),
  })
  rmSync(temporary, { recursive: true, force: true })
  const fetched = done.ok ? electronBinary(root) : null
  if (fetched !== null) return { binary: fetched }
  writeWhole(notePath(root), new Date().toISOString())
  return { reason }
}
