// What rules look at: readings as they are, and figures made of them. Pure: the same readings, the same numbers.
import { readings, type ReadingName } from '#contract'
import { at, first, mean, median, type Course, type Point, type Series } from './course.ts'

/** Steps that the usual value of a noisy reading is taken over. */
const WINDOW = 8

/** A figure made of readings: `chart` is the one whose chart shows it best, or the board of samples. */
type Made = {
  label: string
  unit: string
  meaning: string
  chart: ReadingName | 'samples'
  of: (course: Course) => Series
}

const made = {
  'entropy/lost': {
    label: 'Entropy lost',
    unit: 'share',
    meaning: 'Share of the entropy on probes that is gone since step 0.',
    chart: 'entropy',
    of: (course) => against(course.of('dispersion/entropy'), (now, start) => (start > 0 ? 1 - now / start : 0)),
  },
  'entropy/gained': {
    label: 'Entropy gained',
    unit: 'share',
    meaning: 'By how much the entropy on probes is above that of step 0, as a share of it.',
    chart: 'entropy',
    of: (course) => against(course.of('dispersion/entropy'), (now, start) => (start > 0 ? now / start - 1 : 0)),
  },
  'margin/usual': {
    label: 'Margin in training, usual',
    unit: 'nats',
    meaning: `Median margin of the last ${WINDOW} steps.`,
    chart: 'rewards/margins',
    of: (course) => trailing(course.of('rewards/margins'), median),
  },
  'accuracy/usual': {
    label: 'Accuracy in training, usual',
    unit: 'share',
    meaning: `Mean accuracy of the last ${WINDOW} steps.`,
    chart: 'rewards/accuracies',
    of: (course) => trailing(course.of('rewards/accuracies'), mean),
  },
  'heldout/accuracy_lost': {
    label: 'Held-out accuracy lost',
    unit: 'share',
    meaning: 'By how much the accuracy on held-out pairs is below its best so far.',
    chart: 'probe/heldout/accuracy',
    of: (course) => fromBest(course.of('probe/heldout/accuracy'), Math.max).map(positive),
  },
  'heldout/log_loss_above_lowest': {
    label: 'Held-out log loss above its lowest',
    unit: 'nats',
    meaning: 'By how much the log loss on held-out pairs is above its lowest so far.',
    chart: 'probe/heldout/log_loss',
    of: (course) => fromBest(course.of('probe/heldout/log_loss'), Math.min),
  },
  'samples/repetition_gained': {
    label: 'Repetition gained',
    unit: 'share',
    meaning: 'Share of repeated runs of four words or signs in the sample answers, above that of step 0.',
    chart: 'samples',
    of: (course) => against(course.repetition, (now, start) => now - start),
  },
  'probe/moved': {
    label: 'Furthest change on probes',
    unit: 'nats/token',
    meaning: 'The larger change of chosen and rejected on training probes, whichever way.',
    chart: 'degradation/train/chosen',
    of: (course) => {
      const rejected = course.of('drop/train/rejected')
      return course
        .of('degradation/train/chosen')
        .map(({ step, value }) => ({ step, value: Math.max(Math.abs(value), Math.abs(at(rejected, step) ?? 0)) }))
    },
  },
  progress: {
    label: 'Part of the run that is done',
    unit: 'share',
    meaning: 'Steps done of the steps planned.',
    chart: 'learning_rate',
    of: (course) => {
      const told = (['loss', 'degradation/train/chosen'] as const).flatMap((name) => course.of(name))
      const steps = [...new Set(told.map(({ step }) => step))].sort((a, b) => a - b)
      return steps.map((step) => ({ step, value: step / course.steps }))
    },
  },
  'loss/gone': {
    label: 'Part of the loss that is gone',
    unit: 'share of the first loss',
    meaning: `Mean loss of the last ${WINDOW} steps below the first loss, as a share of it.`,
    chart: 'loss',
    of: (course) => {
      const loss = course.of('loss')
      return against(trailing(loss, mean), (now, start) => (start > 0 ? 1 - now / start : 0))
    },
  },
  'loss/above_lowest': {
    label: 'Loss above its lowest',
    unit: 'share of the first loss',
    meaning: `Median loss of the last ${WINDOW} steps above its lowest so far, as a share of the first loss.`,
    chart: 'loss',
    of: (course) => {
      const loss = course.of('loss')
      const scale = Math.max(Math.abs(first(loss)?.value ?? 1), 1e-3)
      return fromBest(trailing(loss, median), Math.min).map(({ step, value }) => ({ step, value: value / scale }))
    },
  },
  'grad_norm/against_usual': {
    label: 'Gradient norm against the usual',
    unit: 'times',
    meaning: `Gradient norm as a multiple of the median of the ${2 * WINDOW} steps before.`,
    chart: 'grad_norm',
    of: (course) => {
      const norms = course.of('grad_norm')
      return norms.flatMap(({ step, value }, i) => {
        const usual = median(norms.slice(Math.max(0, i - 2 * WINDOW), i).map((before) => before.value))
        return i >= WINDOW && usual > 0 ? [{ step, value: value / usual }] : []
      })
    },
  },
  'score/gained': {
    label: 'Score gained in training',
    unit: 'share',
    meaning: `Mean score of the last ${WINDOW} steps above that of the first ${WINDOW}, at probes of held-out prompts.`,
    chart: 'reward',
    of: (course) => {
      const scores = trailing(course.of('reward'), mean)
      const start = scores[WINDOW - 1]
      return course.of('probe/heldout/score_sampled').flatMap(({ step }) => {
        const now = scores.findLast((point) => point.step < step)
        return start && now && now.step > start.step ? [{ step, value: now.value - start.value }] : []
      })
    },
  },
  'heldout/score_gained': {
    label: 'Score gained on held-out prompts',
    unit: 'share',
    meaning: 'Score of answers to held-out prompts, sampled as in training, above that of step 0.',
    chart: 'probe/heldout/score_sampled',
    of: (course) => against(course.of('probe/heldout/score_sampled'), (now, start) => now - start),
  },
} as const satisfies Record<string, Made>

export type MadeSignal = keyof typeof made
export type SignalName = MadeSignal | ReadingName

/** The course of a signal over the steps at which it is known. */
export function signal(course: Course, name: SignalName): Series {
  return isMade(name) ? made[name].of(course) : course.of(name)
}

/** What is told of a signal. */
export function signalInfo(name: SignalName): Omit<Made, 'of'> {
  if (isMade(name)) return made[name]
  const { label, unit, meaning } = readings[name]
  return { label, unit, meaning, chart: name }
}

/** Whether what was stored as a signal still is one. */
export function isSignalName(name: string): name is SignalName {
  return name in made || name in readings
}

const isMade = (name: SignalName): name is MadeSignal => name in made

const positive = ({ step, value }: Point): Point => ({ step, value: Math.abs(value) })

/** Each value against the first. */
function against(series: Series, compare: (now: number, start: number) => number): Series {
  const start = first(series)
  return start ? series.map(({ step, value }) => ({ step, value: compare(value, start.value) })) : []
}

/** Each value minus the best so far, itself included. */
function fromBest(series: Series, better: (a: number, b: number) => number): Series {
  let best: number | null = null
  return series.map(({ step, value }) => {
    best = best === null ? value : better(best, value)
    return { step, value: value - best }
  })
}

/** A figure of the last values up to each; the first ones are of fewer. */
function trailing(series: Series, figure: (values: readonly number[]) => number): Series {
  return series.map(({ step }, i) => ({
    step,
    value: figure(series.slice(Math.max(0, i + 1 - WINDOW), i + 1).map(({ value }) => value)),
  }))
}
