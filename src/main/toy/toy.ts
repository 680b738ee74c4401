// Starts the toy's thread and follows it to its end. A thread of the app and no job of the trainer: a training run holds that process for
// seconds at a time, and it is made anew after each.
import { Worker } from 'node:worker_threads'
import { ProblemError, problemOf } from '#contract'
import { threadFile } from '../thread-file.ts'
import type { FromToy, ToyAsked, ToyWork, ToyWorkName } from './protocol.ts'

const MEMORY_MB = 1024

/** What is told on the way to the end. */
export type ToyNews = Exclude<FromToy, { type: 'done' | 'failed' }>

/**
 * Runs one piece of work in a thread of its own.
 * @throws ProblemError what the toy refuses, or `cancelled` when the signal fires: the thread is ended at once, nothing is left of it
 */
export async function toyInThread<N extends ToyWorkName>(
  name: N,
  input: ToyWork[N]['in'],
  { signal, onNews }: { signal: AbortSignal; onNews: (news: ToyNews) => void },
): Promise<ToyWork[N]['out']> {
  const cancelled = () => new ProblemError({ code: 'cancelled', message: 'The toy was stopped' })
  if (signal.aborted) throw cancelled()
  const worker = new Worker(threadFile('./thread', import.meta.url, 'toy-thread'), {
    workerData: { name, in: input } as ToyAsked,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  })
  let stop = () => {}
  try {
    return await new Promise((resolve, reject) => {
      stop = () => reject(cancelled())
      signal.addEventListener('abort', stop, { once: true })
      worker.on('error', (thrown) => reject(new ProblemError(problemOf(thrown))))
      worker.on('exit', () =>
        reject(new ProblemError({ code: 'internal', message: 'The toy’s thread ended without an answer' })),
      )
      worker.on('message', (message: FromToy) => {
        if (message.type === 'done') resolve(message.out as ToyWork[N]['out'])
        else if (message.type === 'failed') reject(new ProblemError(message.problem))
        else onNews(message)
      })
    })
  } finally {
    signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
