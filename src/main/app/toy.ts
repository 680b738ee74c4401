// The toy lab: runs and grids, each a job with a thread of its own, one at a time. Nothing is stored: the same settings give the same numbers.
import { parseToySettings, ProblemError, TOY_GRID_MOST, toyCells, type Handlers, type ToyValues } from '#contract'
import { toyInThread } from '../toy/toy.ts'
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

  return {
    'toy.run': async ({ settings: given, seed, watch }) => {
      const settings = parseToySettings(given)
      const steps = Number(settings.steps)
      return jobs.run(titleOf(settings), (tell, signal, job) => {
        const progress = pacedProgress(tell)
        if (watch) board.publish('toy.started', { watch, job })
        return inTurn(progress, () =>
          toyInThread(
            'run',
            { settings, seed },
            {
              signal,
              onNews(news) {
                if (news.type === 'started') progress('fitting the start', null)
                if (news.type !== 'recorded') return
                const { kinds, steps: recorded, logProbs } = news
                const step = recorded.at(-1)?.step ?? 0
                progress(`running, step ${step} of ${steps}`, steps === 0 ? null : step / steps)
                if (watch) board.publish('toy.recorded', { watch, kinds, steps: recorded, logProbs })
              },
            },
          ),
        )
      })
    },
    'toy.grid': async (asked) => {
      const cells = toyCells(asked.settings, asked.vary)
      const seeds = Array.from({ length: asked.seeds }, (_, i) => asked.seed + i)
      const runs = cells.length * seeds.length
      if (runs > TOY_GRID_MOST)
        throw new ProblemError({
          code: 'refused',
          message: `${runs} runs are more than the ${TOY_GRID_MOST} that a grid may be`,
          where: 'vary',
          advice: 'Vary fewer values, or take fewer seeds',
        })
      return jobs.run(`Toy: a grid of ${runs} runs`, (tell, signal, job) => {
        const progress = pacedProgress(tell)
        if (asked.watch) board.publish('toy.started', { watch: asked.watch, job })
        return inTurn(progress, () =>
          toyInThread(
            'grid',
            { settings: asked.settings, seeds, cells },
            {
              signal,
              onNews(news) {
                if (news.type === 'counted') progress(`running, ${news.done} of ${news.of} runs`, news.done / news.of)
              },
            },
          ),
        )
      })
    },
  }
}

const titleOf = ({ model, method, scenario }: ToyValues) => `Toy: ${method}, ${model}, scenario ${scenario}`
