// npm start, after set-up: builds what changed, then opens the Electron window, or says why not and serves the browser.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildApp } from './build.mjs'
import { bringElectron, windowRefusal } from './electron.mjs'
import { projectRoot as root } from './project-node.mjs'
import { say } from './terminal.mjs'

/** Runs a program in front and passes signals on. @param {string} program @param {string[]} args @returns {Promise<{ code: number, seconds: number }>} */
function runInFront(program, args) {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  const started = Date.now()
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, env, stdio: 'inherit' })
    const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal)
    process.on('SIGINT', pass).on('SIGTERM', pass)
    const finish = (/** @type {number | null} */ code) => {
      process.off('SIGINT', pass).off('SIGTERM', pass)
      resolve({ code: code ?? 1, seconds: (Date.now() - started) / 1000 })
    }
    child.once('error', () => finish(127))
    child.once('exit', finish)
  })
}

/** Opens the window. @param {string[]} args @returns {Promise<{ code: number } | { reason: string }>} */
async function openWindow(args) {
  const refusal = windowRefusal({ platform: process.platform, env: process.env, uid: process.getuid?.() })
  if (refusal !== null) return { reason: refusal }
  const electron = await bringElectron(root)
  if ('reason' in electron) return electron
  const { code, seconds } = await runInFront(electron.binary, ['.', ...args])
  // A window that dies at once never opened: a system library is missing, most often.
  return code !== 0 && seconds < 5 ? { reason: `Electron ended at once with code ${code}` } : { code }
}

/** Whether a browser can be shown here. @returns {boolean} */
const hasDisplay = () => process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)

try {
  const args = process.argv.slice(2)
  await buildApp(root)
  const opened = await openWindow(args)
  if ('code' in opened) process.exitCode = opened.code
  else {
    say(`No window: ${opened.reason}. Attune is served for a browser instead.`)
    const open = hasDisplay() ? ['--open'] : []
    process.exitCode = (
      await runInFront(process.execPath, [join(root, 'src', 'main', 'serve.ts'), ...open, ...args])
    ).code
  }
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
