// Parquet files, read by a thread of their own: what a damaged or hostile file does to the reader stays there.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { threadFile } from '../thread-file.ts'
import { refusal } from './file.ts'
import type { RawRow, ReadOptions } from './records.ts'

/** What the thread answers when it is asked for more. */
export type Batch = { rows: RawRow[]; progress: number; done: boolean } | { failed: string }

const MEMORY_MB = 2048
const PATIENCE_MS = 120_000

/** Rows are numbered from 1. Throws a ProblemError when the file is damaged or too large. */
export async function* readParquet(
  file: string,
  _size: number,
  { signal, onProgress }: ReadOptions,
): AsyncGenerator<RawRow> {
  const damaged = (why: string) =>
    refusal(file, `The Parquet file cannot be read (${why})`, 'Write it again, or save it as JSONL')
  const worker = new Worker(threadFile('./parquet-worker', import.meta.url, 'parquet-worker'), {
    workerData: file,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  })
  // Listened to all the time: the thread may fail while nobody waits for it.
  const gone = new AbortController()
  worker.on('error', (thrown) => gone.abort(thrown))
  worker.on('exit', () => gone.abort(new Error('its reader ended')))
  try {
    for (;;) {
      const batch = await nextBatch(worker, gone.signal, signal).catch((thrown: unknown) => {
        signal?.throwIfAborted()
        throw damaged(reasonOf(thrown))
      })
      if ('failed' in batch) throw damaged(batch.failed)
      yield* batch.rows
      onProgress?.(batch.progress)
      if (batch.done) return
    }
  } finally {
    await worker.terminate()
  }
}

/** Rejects when the thread ends, fails or stays silent, and when one of the signals fires. */
async function nextBatch(worker: Worker, gone: AbortSignal, signal: AbortSignal | undefined): Promise<Batch> {
  const ends = [gone, AbortSignal.timeout(PATIENCE_MS), ...(signal ? [signal] : [])]
  const answer = once(worker, 'message', { signal: AbortSignal.any(ends) })
  worker.postMessage('more')
  const [batch] = (await answer) as [Batch]
  return batch
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  if (thrown.name === 'AbortError') return reasonOf(thrown.cause)
  if (thrown.name === 'TimeoutError') return `a part of it took more than ${PATIENCE_MS / 1000} seconds`
  if ('code' in thrown && thrown.code === 'ERR_WORKER_OUT_OF_MEMORY') return `it unpacks to more than ${MEMORY_MB} MB`
  return thrown.message
}
