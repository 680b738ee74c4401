// How long a study takes, from how long its like took here before, else from how long it took where it was written.
import type { StudyEstimate } from '#contract'
import type { Work } from './study.ts'

export type DoneWork = Work & { model: string; seconds: number }
type Pace = Readonly<Record<Work['kind'], number>>

/** Seconds until a step that loads a model has it ready, its graphs included. */
const opening = 8

/** Seconds a unit of work on two shared cores without AVX-512: the starter, and SmolLM2-135M. */
const measured: readonly { parameters: number; pace: Pace }[] = [
  { parameters: 1.37e6, pace: { train: 0.02, tokens: 0.00015, score: 0.01, none: 1 } },
  { parameters: 1.35e8, pace: { train: 1.4, tokens: 0.005, score: 1.5, none: 1 } },
]

/** What a model's pace is, and for which kinds of work that is known from what was `done` in this home, by any study. */
export function paceOf(
  model: string,
  parameters: number,
  done: readonly DoneWork[],
): { pace: Pace; known: Set<Work['kind']> } {
  const larger = measured.find((one) => one.parameters >= parameters * 0.9) ?? measured.at(-1)!
  const scale = Math.max(1, parameters / larger.parameters)
  const kinds = ['train', 'tokens', 'score', 'none'] as const
  const known = new Set<Work['kind']>()
  const pace = kinds.map((kind) => {
    const like = done.filter((work) => work.kind === kind && work.model === model && work.amount > 0)
    if (like.length > 0) known.add(kind)
    const sum = (of: (work: DoneWork) => number) => like.reduce((total, work) => total + of(work), 0)
    const beyond = ({ seconds }: DoneWork) => (kind === 'none' ? seconds : Math.max(seconds / 4, seconds - opening))
    return [kind, like.length > 0 ? sum(beyond) / sum(({ amount }) => amount) : larger.pace[kind] * scale]
  })
  return { pace: Object.fromEntries(pace) as Pace, known }
}

/** Seconds for this work. */
export function secondsOf(works: readonly Work[], pace: Pace): number {
  return works.reduce((sum, { kind, amount }) => sum + (kind === 'none' ? pace.none : opening + amount * pace[kind]), 0)
}

/** The estimate of the work that is left of a study. */
export function estimated(
  model: string,
  parameters: number,
  works: readonly Work[],
  done: readonly DoneWork[],
): Omit<StudyEstimate, 'goesOn' | 'steps'> {
  const { pace, known } = paceOf(model, parameters, done)
  const own = works.every(({ kind }) => kind === 'none' || known.has(kind))
  return {
    left: works.length,
    seconds: secondsOf(works, pace),
    secondsFrom: own
      ? `how long the steps of former studies of ${model} took on this machine`
      : 'the pace of two shared processor cores where it was measured; after a first study of this model it is by your own',
  }
}
