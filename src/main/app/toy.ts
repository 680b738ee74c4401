// The toy lab: runs and grids, each a job with a thread of its own, one at a time. Nothing is stored: the same settings give the same numbers.
import { parseToySettings, toyCells, type Handlers, type ToyValues } from '#contract'
import type { ToyWork, ToyWorkName } from '../toy/protocol.ts'
import { toyInThread, type ToyNews } from '../toy/toy.ts'
import type { AppContext } from './context.ts'
import { pacedProgress, type JobProgress } from './jobs.ts'

export function toyHandlers({
  board,
  jobs,
}: Pick<AppContext, 'board' | 'jobs'>): Pick<Handlers, 'toy.run' | 'toy.grid'> {
  let before: Promise<unknown> = Promise.resolve()
  let waiting = 0
  /** Does `work` when all that was asked for earlier has ended. */
  const inTurn = <T>(progress: JobProgress, work: () => Promise<T>): Promise<T> => {
    progress(waiting++ > 0 ? 'waiting for another run of the toy' : 'starting', null)
    const own = before.then(work).finally(() => waiting--)
    before = own.catch(() => {})
    return own
  }

  /** A job that does a piece of work in its turn. `watch` names it in events, where somebody wants them. */
  const asJob = <N extends ToyWorkName>(
    title: string,
    watch: string | null,
    work: { name: N; in: ToyWork[N]['in'] },
    hear: (news: ToyNews, progress: JobProgress) => void,
  ): Promise<ToyWork[N]['out']> =>
    jobs.run(title, (tell, signal, job) => {
      const progress = pacedProgress(tell)
      if (watch) board.publish('toy.started', { watch, job })
      const onNews = (news: ToyNews) => hear(news, progress)
      return inTurn(progress, () => toyInThread(work.name, work.in, { signal, onNews }))
    })

  return {
    'toy.run': async ({ settings: given, seed, watch }) => {
      const settings = parseToySettings(given)
      const steps = Number(settings.steps)
      return asJob(titleOf(settings), watch, { name: 'run', in: { settings, seed } }, (news, progress) => {
        if (news.type === 'started') progress('fitting the start', null)
        if (news.type !== 'recorded') return
        const { kinds, steps: recorded, logProbs } = news
        const step = recorded.at(-1)?.step ?? 0
        progress(`running, step ${step} of ${steps}`, steps === 0 ? null : step / steps)
        if (watch) board.publish('toy.recorded', { watch, kinds, steps: recorded, logProbs })
      })
    },
    'toy.grid': async ({ settings, vary, seed, seeds: count, watch }) => {
      const cells = toyCells(settings, vary, count)
      const seeds = Array.from({ length: count }, (_, i) => seed + i)
      const title = `Toy: a grid of ${cells.length * count} runs`
      return asJob(title, watch, { name: 'grid', in: { settings, seeds, cells } }, (news, progress) => {
        if (news.type === 'counted') progress(`running, ${news.done} of ${news.of} runs`, news.done / news.of)
      })
    },
  }
}

const titleOf = ({ model, method, scenario }: ToyValues) => `Toy: ${method}, ${model}, scenario ${scenario}`
