// The trainer process's entry: finds the pipe to the app (child_process or Electron) and serves jobs.
import { flushCompileCache } from 'node:module'
import type { Port } from '#contract'
import { workers } from './jobs/workers.ts'
import { serveJobs } from './loop.ts'

/** What Electron's utility process puts on `process`. */
type ParentPort = {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
}

// Ctrl+C in a terminal reaches the whole group: it is the app's to decide, which may want a checkpoint first.
process.on('SIGINT', () => {})

// Where compiled sources are kept (setup/run.mjs) they are now: this process is most often killed, and would not keep them at its end.
flushCompileCache()

const port = parentPort() ?? ipcPort()
if (port) serveJobs(port, workers)
else {
  console.error('This file is the trainer of Attune: it is started by the app, not by hand.')
  process.exitCode = 2
}

function ipcPort(): Pick<Port, 'send' | 'onMessage'> | null {
  if (!process.send) return null
  // Without an app nobody reads what is computed here: leave at once, whatever is under way.
  process.on('disconnect', () => process.exit(0))
  return {
    send: (message) => void (process.connected && process.send?.(message, undefined, undefined, () => {})),
    onMessage: (listener) => void process.on('message', listener),
  }
}

function parentPort(): Pick<Port, 'send' | 'onMessage'> | null {
  const found = 'parentPort' in process ? (process.parentPort as ParentPort | undefined) : undefined
  if (!found) return null
  return {
    send: (message) => found.postMessage(message),
    onMessage: (listener) => found.on('message', ({ data }) => listener(data)),
  }
}
