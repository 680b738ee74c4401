// Runs another program with a time limit, and watches the folders it fills to tell progress from a hang.
import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {object} ChildOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeout] milliseconds until it is ended
 * @property {number} [idle] milliseconds without output or growth of the watched folders until it is ended
 * @property {string[]} [watch] folders whose size is measured once a second
 * @property {(bytes: number) => void} [onGrowth] called with their size
 *
 * @typedef {object} ChildResult
 * @property {boolean} ok exit code 0
 * @property {number | null} code
 * @property {'missing' | 'timeout' | 'idle' | null} reason why there is no exit code
 * @property {string} output standard output (the last 200,000 characters)
 * @property {string} errors standard error (the last 200,000 characters)
 */

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()
const posix = process.platform !== 'win32'

/** A child leads its own group, so that what it started ends with it. @param {import('node:child_process').ChildProcess} child */
function end(child) {
  try {
    if (posix && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  } catch {
    // already gone
  }
}

process.on('exit', () => running.forEach(end))
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => process.exit(signal === 'SIGINT' ? 130 : 143))
}

/**
 * Runs a program without a shell and collects what it says. Never throws: a program that is not there is a reason.
 * @param {string} command @param {string[]} args @param {ChildOptions} [options] @returns {Promise<ChildResult>}
 */
export function runChild(command, args, options = {}) {
  const { cwd, env = process.env, timeout = 600_000, idle, watch = [], onGrowth } = options
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: posix })
    running.add(child)
    /** @type {ChildResult} */
    const result = { ok: false, code: null, reason: null, output: '', errors: '' }
    let lastSign = Date.now()
    let lastSize = -1
    const started = lastSign
    /** @param {'output' | 'errors'} where */
    const collect = (where) => (/** @type {string} */ text) => {
      lastSign = Date.now()
      result[where] = (result[where] + text).slice(-200_000)
    }
    child.stdout.setEncoding('utf8').on('data', collect('output'))
    child.stderr.setEncoding('utf8').on('data', collect('errors'))
    const clock = setInterval(() => {
      const now = Date.now()
      if (watch.length > 0) {
        const size = watch.reduce((sum, folder) => sum + folderSize(folder), 0)
        if (size !== lastSize) lastSign = now
        lastSize = size
        onGrowth?.(size)
      }
      if (now - started > timeout) result.reason = 'timeout'
      else if (idle !== undefined && now - lastSign > idle) result.reason = 'idle'
      if (result.reason !== null) end(child)
    }, 1000)
    /** @param {number | null} code */
    const finish = (code) => {
      clearInterval(clock)
      running.delete(child)
      result.code = result.reason === null ? code : null
      result.ok = result.code === 0
      resolve(result)
    }
    child.once('error', () => {
      result.reason = 'missing'
      finish(null)
    })
    child.once('close', finish)
  })
}

/** Bytes of all files below a folder; 0 where it is not there. @param {string} folder @returns {number} */
export function folderSize(folder) {
  let bytes = 0
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) bytes += folderSize(path)
      else if (entry.isFile()) bytes += statSync(path).size
    }
  } catch {
    // files come and go while a program works
  }
  return bytes
}
