// The cache folder that checkouts share: native TensorFlow lives there once, whole or not at all.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { homedir } from 'node:os'

/**
 * Where the cache is: ATTUNE_CACHE, or the system's own place for caches.
 * @param {{ env: NodeJS.ProcessEnv, platform: string, home: string }} [where] @returns {string}
 */
export function cacheFolder(
  { env, platform, home } = { env: process.env, platform: process.platform, home: homedir() },
) {
  if (env.ATTUNE_CACHE) return env.ATTUNE_CACHE
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'attune')
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'attune', 'Cache')
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'attune')
}

/**
 * A fresh working folder inside the cache, on the same disk, so that what is finished moves into place in one rename.
 * Working folders that a killed set-up left a day ago are removed.
 * @param {string} cache @param {string} name @returns {string}
 */
export function openWorkFolder(cache, name) {
  mkdirSync(cache, { recursive: true })
  for (const entry of readdirSync(cache)) {
    const path = join(cache, entry)
    if (entry.startsWith('.work-') && Date.now() - statSync(path).mtimeMs > 86_400_000) {
      rmSync(path, { recursive: true, force: true })
    }
  }
  const folder = join(cache, `.work-${name}-${process.pid}-${Date.now()}`)
  mkdirSync(folder)
  return folder
}

/**
 * Moves a finished folder into place; when another set-up was faster, its folder stays and ours is dropped.
 * @param {string} work @param {string} final
 */
export function moveIntoPlace(work, final) {
  try {
    renameSync(work, final)
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error
    rmSync(work, { recursive: true, force: true })
  }
}
