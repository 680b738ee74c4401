// A command that is a job: its progress on standard error, and Ctrl+C to cancel it.
import type { Job } from '#contract'
import type { Terminal } from './grammar.ts'

/** Does `work`, which starts one job. Each thing done is told once, what counts up again after every tenth of it. */
export async function toldJob<T>(terminal: Terminal, work: () => Promise<T>): Promise<T> {
  let own: Job | null = null
  let told = ''
  const cancel = () => {
    if (own) void terminal.ask('jobs.cancel', { job: own.id }).catch(() => {})
  }
  const stop = terminal.on('jobs.changed', (job) => {
    if (own && own.id !== job.id) return
    if (!own && terminal.interrupted.aborted) queueMicrotask(cancel)
    own = job
    const { doing, progress, status } = job
    // 'sampling answers, 8 of 480' counts up.
    const step = `${doing.split(',', 1)[0]} ${progress === null ? '' : Math.floor(progress * 10)}`
    if (status !== 'running' || doing === '' || step === told) return
    told = step
    terminal.tell(`${job.title}: ${doing}`)
  })
  terminal.interrupted.addEventListener('abort', cancel)
  try {
    return await work()
  } finally {
    terminal.interrupted.removeEventListener('abort', cancel)
    stop()
  }
}
