// The supervisor: owns the trainer process, starts it when it is needed, hands it jobs, and survives its death.
import { Problem, ProblemError, problemOf, type Events, type Port } from '#contract'
import {
  holds,
  type FromTrainer,
  type JobEvents,
  type JobName,
  type Jobs,
  type Machine,
  type ReferenceEntry,
  type ToTrainer,
} from '../trainer/protocol.ts'
import type { Board } from './board.ts'

export type TrainerState = Events['app.changed']['trainer']

/** Something that a job told while it worked. */
export type TrainerEvent = { [E in keyof JobEvents]: { name: E; data: JobEvents[E] } }[keyof JobEvents]

export type AskOptions = {
  /** Called for each event, in order. What it throws is dropped: a listener never hurts the trainer. */
  onEvent?: (event: TrainerEvent) => void
  /** Answers which reference log-probabilities are stored. What cannot be looked up is computed anew. */
  known?: (hashes: readonly string[]) => ReferenceEntry[]
  /** Ends the job gracefully: a training run writes a checkpoint first and answers `stopped`. */
  signal?: AbortSignal
}

export interface Trainer {
  /**
   * Hands a job to the trainer process, which is started when there is none.
   * Rejects with a ProblemError: what the job refuses, or `unavailable` with the reason when the process dies meanwhile.
   */
  ask<N extends JobName>(name: N, input: Jobs[N]['in'], options?: AskOptions): Promise<Jobs[N]['out']>
  readonly state: TrainerState
  /** What it computes on, once a job had to know. */
  readonly machine: Machine | null
  /** Ends the process. Jobs under way are rejected. */
  close(): Promise<void>
}

/** What running jobs are rejected with when the process dies under them. */
export class TrainerDied extends ProblemError {}

type Pending = {
  start: ToTrainer
  stopping: boolean
  onEvent: (event: TrainerEvent) => void
  known: (hashes: readonly string[]) => ReferenceEntry[]
  resolve: (out: never) => void
  reject: (problem: ProblemError) => void
}

/**
 * `used`: it has held a model, and not all of its memory is free again. `heard`: when it last said anything, of `performance.now()`;
 * `silence`: the longest that it said nothing so far, in milliseconds. It is silent while TensorFlow computes.
 */
type Child = { port: Port; ready: boolean; memory: number; used: boolean; heard: number; silence: number }

/** Milliseconds of silence after which a process that was asked to stop is ended, at least, and in its own longest silences. */
const PATIENCE = 300_000
const longSilences = 5

/**
 * A trainer that lives from its first job on. `fork` starts a process; the board hears of each change of its state.
 * A process that is asked to stop and hangs is ended: `patience` in milliseconds.
 */
export function openTrainer(fork: () => Port, board: Board, patience = PATIENCE): Trainer {
  const pending = new Map<number, Pending>()
  let child: Child | null = null
  let machine: Machine | null = null
  let closed = false
  let lastJob = 0
  let state: TrainerState = 'down'

  function change(): void {
    const next: TrainerState = !child ? 'down' : !child.ready ? 'starting' : pending.size > 0 ? 'busy' : 'ready'
    if (next === state) return
    state = next
    tellBoard()
  }
  const tellBoard = () => board.publish('app.changed', { trainer: state, device: machine?.device ?? null })

  function started(): Child {
    const port = fork()
    const own: Child = { port, ready: false, memory: 0, used: false, heard: performance.now(), silence: 0 }
    port.onMessage((message) => {
      if (child !== own) return
      const now = performance.now()
      own.silence = Math.max(own.silence, now - own.heard)
      own.heard = now
      hear(own, message as FromTrainer)
    })
    port.onExit((reason) => child === own && died(own, reason))
    return own
  }

  function died(own: Child, reason: string): void {
    child = null
    const held = own.memory > 0 ? ` At its last sign of life it held ${(own.memory / 1e9).toFixed(1)} GB.` : ''
    settleAll(new TrainerDied({ code: 'unavailable', message: `The trainer process died. ${reason}${held}` }))
    change()
  }

  /** Looks after a process that was asked to stop, until nothing is left to be stopped. */
  function watch(own: Child): void {
    const asked = performance.now()
    const clock = setInterval(() => {
      if (child !== own || ![...pending.values()].some(({ stopping }) => stopping)) return clearInterval(clock)
      const silent = performance.now() - Math.max(own.heard, asked)
      if (silent < Math.max(patience, longSilences * own.silence)) return
      clearInterval(clock)
      own.port.kill()
      died(own, `It was asked to stop, said nothing for ${Math.round(silent / 1000)} s, and was ended.`)
    }, patience / 20)
    clock.unref()
  }

  function settleAll(problem: ProblemError): void {
    const jobs = [...pending.values()]
    pending.clear()
    for (const job of jobs) job.reject(problem)
  }

  function hear(own: Child, message: FromTrainer): void {
    switch (message.type) {
      case 'ready':
        own.ready = true
        for (const job of pending.values()) own.port.send(job.start)
        return change()
      case 'alive':
        own.memory = message.memory
        return
      case 'event': {
        if (message.name === 'started') learn(message.data.machine)
        return pending.get(message.job)?.onEvent({ name: message.name, data: message.data } as TrainerEvent)
      }
      case 'asks': {
        const entries = pending.get(message.job)?.known(message.hashes) ?? []
        return own.port.send({ type: 'known', question: message.question, entries } satisfies ToTrainer)
      }
      case 'done':
        if (message.name === 'machine') learn(message.out)
        return settle(message.job, (job) => job.resolve(message.out as never))
      case 'failed':
        return settle(message.job, (job) => job.reject(new ProblemError(Problem.parse(message.problem))))
    }
  }

  function learn(now: Machine): void {
    const news = now.device !== machine?.device
    machine = now
    if (news) tellBoard()
  }

  function settle(id: number, how: (job: Pending) => void): void {
    const job = pending.get(id)
    pending.delete(id)
    if (job?.start.type === 'start') {
      if (job.start.name === 'train' && pending.size === 0) renew()
      else if (holds[job.start.name] === 'model' && child) child.used = true
    }
    change()
    if (job) how(job)
  }

  /** A process that has computed does not give all of its memory back, nor can its peak be told from the next run's. */
  function renew(): void {
    const old = child
    child = null
    old?.port.kill()
    try {
      child = started()
    } catch {
      // The next job tries again and tells why.
    }
  }

  return {
    get state() {
      return state
    },
    get machine() {
      return machine
    },
    ask<N extends JobName>(name: N, input: Jobs[N]['in'], { onEvent, known, signal }: AskOptions = {}) {
      const id = ++lastJob
      const start = { type: 'start', job: id, name, in: input } as ToTrainer
      return new Promise<Jobs[N]['out']>((resolve, reject) => {
        if (closed) return reject(new ProblemError({ code: 'cancelled', message: 'Attune is closing' }))
        if (signal?.aborted) return reject(new ProblemError({ code: 'cancelled', message: 'Stopped before it began' }))
        const stop = () => {
          const job = pending.get(id)
          if (!job || !child?.ready) return settle(id, cancelled)
          job.stopping = true
          child.port.send({ type: 'stop', job: id })
          watch(child)
        }
        const cancelled = (job: Pending) =>
          job.reject(new ProblemError({ code: 'cancelled', message: 'Stopped before it began' }))
        const free = () => signal?.removeEventListener('abort', stop)
        if (name === 'train' && child?.used && pending.size === 0) renew()
        pending.set(id, {
          start,
          stopping: false,
          onEvent: harmless(onEvent),
          known: (hashes) => harmless(known)(hashes) ?? [],
          resolve: (out) => (free(), resolve(out)),
          reject: (problem) => (free(), reject(problem)),
        })
        signal?.addEventListener('abort', stop, { once: true })
        try {
          child ??= started()
        } catch (thrown) {
          const { message } = problemOf(thrown)
          const problem = {
            code: 'unavailable' as const,
            message: `The trainer process could not be started: ${message}`,
          }
          return settle(id, (job) => job.reject(new ProblemError(problem)))
        }
        if (child.ready) child.port.send(start)
        change()
      })
    },
    async close() {
      closed = true
      const port = child?.port
      child = null
      settleAll(new ProblemError({ code: 'cancelled', message: 'Attune was closed' }))
      if (!port) return
      const gone = new Promise<void>((resolve) => port.onExit(() => resolve()))
      port.kill()
      await gone
    },
  }
}

function harmless<In, Out>(listener: ((told: In) => Out) | undefined): (told: In) => Out | undefined {
  return (told) => {
    try {
      return listener?.(told)
    } catch (thrown) {
      console.error(`A message of the trainer could not be handled: ${problemOf(thrown).message}`)
    }
  }
}
