// Two ways to a trainer: a child process with a pipe, and a pair of ports in memory with the trainer's loop in this process.
import { fork } from 'node:child_process'
import type { Port } from '#contract'
import { trainerEnvironment } from './trainer-environment.ts'

/** How much of the child's last words is kept, in characters. */
const TAIL = 4_000

const signalNumbers: Readonly<Record<string, number>> = { SIGKILL: 9, SIGABRT: 6, SIGSEGV: 11, SIGBUS: 7, SIGTERM: 15 }

/**
 * Starts the trainer as a child process. It ends by itself when this process goes, as its pipe then closes.
 * Sending to a child that is gone does nothing: `onExit` tells.
 * @param entry the trainer's entry file
 */
export function forkTrainer(entry: string): Port {
  const child = fork(entry, [], {
    env: trainerEnvironment(),
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let tail = ''
  const listen = (text: Buffer) => void (tail = (tail + text.toString()).slice(-TAIL))
  child.stdout?.on('data', listen)
  child.stderr?.on('data', listen)
  const exits = new Set<(reason: string) => void>()
  let gone: string | null = null
  const end = (reason: string) => {
    if (gone !== null) return
    gone = reason
    for (const listener of exits) listener(reason)
  }
  child.on('error', (error) => child.pid === undefined && end(`It could not be started: ${error.message}`))
  // 'close' and not 'exit': by then all of its last messages and words have been read.
  child.on('close', (code, signal) => end(exitReason(code, signal, tail)))
  return {
    send(message) {
      if (child.connected) child.send(message as object, () => {})
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit(listener) {
      if (gone === null) exits.add(listener)
      else listener(gone)
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

/** How a process ended, in plain words. `tail` is the end of what it printed. */
export function exitReason(code: number | null, signal: string | null, tail: string): string {
  if (signal === 'SIGKILL')
    return 'It was killed by signal 9 (SIGKILL): most likely the machine had run out of memory, unless somebody ended it.'
  const words = lastWords(tail)
  const said = words ? ` Its last words: ${words}` : ''
  if (signal !== null) return `It crashed with signal ${signalNumbers[signal] ?? '?'} (${signal}).${said}`
  return code === 0 ? 'It ended by itself.' : `It ended with exit code ${code}.${said}`
}

/** The line that names the fault: the last one that starts with an error's name, else the last one at all. */
function lastWords(tail: string): string {
  const lines = tail
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at ') && !/^Node\.js v/.test(line))
  const named = lines.findLast((line) => /\b\w*(Error|bad_alloc|abort)\b/i.test(line))
  return (named ?? lines.at(-1) ?? '').slice(0, 300)
}

/** Two ends of a pipe in memory: what one sends the other hears later, as a copy. `kill` on either ends both. */
export function memoryPorts(): [Port, Port] {
  const ends = [memoryEnd(), memoryEnd()] as const
  let open = true
  const kill = () => {
    if (!open) return
    open = false
    for (const { exits } of ends) for (const listener of exits) listener('It was ended.')
  }
  const port = (own: MemoryEnd, other: MemoryEnd): Port => ({
    send(message) {
      const copy: unknown = structuredClone(message)
      setImmediate(() => open && other.messages.forEach((listener) => listener(copy)))
    },
    onMessage: (listener) => void own.messages.add(listener),
    onExit: (listener) => void own.exits.add(listener),
    kill,
  })
  return [port(ends[0], ends[1]), port(ends[1], ends[0])]
}

type MemoryEnd = { messages: Set<(message: unknown) => void>; exits: Set<(reason: string) => void> }

const memoryEnd = (): MemoryEnd => ({ messages: new Set(), exits: new Set() })
