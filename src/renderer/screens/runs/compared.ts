// Runs laid over each other: a colour and a dash for each, and which readings share a chart.
import { methods, readings, type Method, type ReadingName, type Run } from '#contract'
import { stepPlaces, type AxisName } from '../../parts/charts/axes.ts'
import { column, noColumns, type Columns } from '../../parts/charts/columns.ts'
import type { Extent } from '../../parts/charts/scale.ts'
import type { Series } from '../../parts/charts/series.ts'

/** The readings of several runs, by the run's id. */
export type ColumnsByRun = Readonly<Record<number, Columns>>

export type Look = { colour: string; dash: readonly number[] }

const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [10, 3, 2, 3], [5, 5], [1, 2]]

/** As many runs as there are looks can be told apart. */
export const MOST = 6

/** The look of the run that was picked at that place. */
export function lookOf(place: number): Look {
  return { colour: `var(--run-${(place % MOST) + 1})`, dash: dashes[place % MOST] ?? [] }
}

export type Shared = {
  title: string
  unit: string
  reading: ReadingName
  zero?: boolean
  least?: Extent
  smooth?: boolean
  /** What runs that tell it learn from; left out: all do. */
  of?: readonly Method['learns'][]
}

const likelihoods = ['pairs', 'prompts'] as const

export const shared: readonly Shared[] = [
  { title: 'Loss', unit: 'nats', reading: 'loss', smooth: true },
  { title: 'Margin, held-out', unit: 'nats', reading: 'probe/heldout/margin', zero: true, of: likelihoods },
  {
    title: 'Accuracy, held-out',
    unit: 'share of pairs',
    reading: 'probe/heldout/accuracy',
    least: [0, 1],
    of: likelihoods,
  },
  { title: 'Chosen', unit: 'change, nats/token', reading: 'degradation/train/chosen', zero: true, of: likelihoods },
  { title: 'Rejected', unit: 'change, nats/token', reading: 'drop/train/rejected', zero: true, of: likelihoods },
  { title: 'Others’ answers', unit: 'change, nats/token', reading: 'dispersion/other', zero: true, of: likelihoods },
  { title: 'Margin, training', unit: 'nats', reading: 'rewards/margins', zero: true, smooth: true, of: likelihoods },
  { title: 'KL from the reference', unit: 'nats/answer', reading: 'dispersion/kl', zero: true, of: likelihoods },
  { title: 'Score of answers', unit: '', reading: 'reward', smooth: true, of: ['prompts'] },
  { title: 'Score, held-out, sampled', unit: '', reading: 'probe/heldout/score_sampled', of: ['prompts'] },
  {
    ...{ title: 'Accuracy of rewards, held-out', unit: 'share of pairs', reading: 'probe/heldout/reward_accuracy' },
    ...{ least: [0, 1], of: ['rewards'] },
  },
  {
    ...{ title: 'Margin of rewards, held-out', unit: '', reading: 'probe/heldout/reward_margin' },
    ...{ zero: true, of: ['rewards'] },
  },
  { title: 'Log loss, held-out', unit: 'nats', reading: 'probe/heldout/log_loss', least: [0, 0], of: ['rewards'] },
  { title: 'Mean reward', unit: '', reading: 'mean_reward', smooth: true, of: ['rewards'] },
  { title: 'Gradient norm', unit: '', reading: 'grad_norm', least: [0, 0], smooth: true },
]

/** The charts that one of the runs has a line in. */
export function chartsOf(runs: readonly Pick<Run, 'method'>[]): Shared[] {
  return shared.filter(({ of }) => !of || runs.some(({ method }) => of.includes(methods[method].learns)))
}

/** What has to be read of a run for the charts and both other axes. */
export const readNames: readonly ReadingName[] = [
  ...shared.map(({ reading }) => reading),
  'num_tokens',
  'pace/step_seconds',
]

export const meaningOf = ({ reading }: Shared) => readings[reading].meaning

/**
 * Where a run begins on the axis: a fork from a checkpoint where its parent was at that step, so that the two are compared from there on.
 * Tokens and seconds of the parent are known where it is compared too. `all` are the runs there are.
 */
export function beginsAt(run: Run, all: readonly Run[], columns: ColumnsByRun, axis: AxisName): number {
  if (run.parentStep === null) return 0
  const parent = all.find(({ id }) => id === run.parent)
  if (!parent) return axis === 'step' ? run.parentStep : 0
  const own = stepPlaces(axis, columns[parent.id] ?? noColumns())(run.parentStep)
  return beginsAt(parent, all, columns, axis) + own
}

/** One line a run, named by the run. */
export function overlaid(
  { reading, smooth }: Shared,
  { runs, all }: { runs: readonly Run[]; all: readonly Run[] },
  columns: ColumnsByRun,
  axis: AxisName,
): Series[] {
  return runs.map((run, place) => {
    const mine = columns[run.id] ?? noColumns()
    const { steps, values } = column(mine, reading)
    const [placeOf, start] = [stepPlaces(axis, mine), beginsAt(run, all, columns, axis)]
    const { colour, dash } = lookOf(place)
    const name = run.name.length > 18 ? `${run.name.slice(0, 17)}…` : run.name
    return {
      key: String(run.id),
      label: name,
      colour,
      dash,
      smooth,
      steps,
      xs: steps.map((step) => start + placeOf(step)),
      ys: values,
    }
  })
}
