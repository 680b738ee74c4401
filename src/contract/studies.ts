// Studies: the questions of the 3D-Properties paper asked again, each a list of steps that the app carries out, and the report that they end in.
import { z } from 'zod'
import { CheckerName } from './checker-names.ts'
import { JobId } from './jobs.ts'
import { Mean } from './evaluations.ts'

export const StudyId = z.int().positive().brand<'StudyId'>()
export type StudyId = z.infer<typeof StudyId>

export const StudyName = z.enum(['distribution', 'regularisers', 'rm-vs-dpo', 'ppo-vs-dpo', 'ood'])
export type StudyName = z.infer<typeof StudyName>

/** short: a minute, to see that all works; its figures say nothing. middle: the starter model, under an hour or a few. long: a night. */
export const StudyForm = z.enum(['short', 'middle', 'long'])
export type StudyForm = z.infer<typeof StudyForm>

/** What a study is started with. What is null is as the form has it. */
export const StudyRequest = z.object({
  study: StudyName,
  form: StudyForm.default('short'),
  model: z.string().min(1).nullable().default(null),
  /** Training runs of each arm, with seeds 0, 1, 2 and on. */
  seeds: z.int().min(1).max(20).nullable().default(null),
  /** A set of questions, each with a right and a wrong answer by somebody else than the model. Null: the ones that ship for the starter. */
  pairs: z.string().min(1).nullable().default(null),
  /** The same of another domain, for studies that ask what happens there. */
  others: z.string().min(1).nullable().default(null),
  /** Pairs of the model's own answers to the questions, as `pairs.sample` makes them. Null: the study samples them. */
  own: z.string().min(1).nullable().default(null),
  /** What judges answers to the questions, and to those of the other domain. Null: arithmetic-answer. */
  checker: CheckerName.nullable().default(null),
  othersChecker: CheckerName.nullable().default(null),
})
export type StudyRequest = z.infer<typeof StudyRequest>

/** running: goes on. stopped: by the user; interrupted: the app died; both go on at the next start. failed: `reason` says why; so does it. */
export const StudyStatus = z.enum(['running', 'stopped', 'interrupted', 'failed', 'finished'])
export type StudyStatus = z.infer<typeof StudyStatus>

export const Study = z.object({
  id: StudyId,
  name: StudyName,
  form: StudyForm,
  model: z.string(),
  seeds: z.int(),
  status: StudyStatus,
  reason: z.string().nullable(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
  /** In order; what is done is never done again. */
  steps: z.array(z.object({ title: z.string(), done: z.boolean(), seconds: z.number().nullable() })),
  /** While it runs: what it does, the job that it is, and the seconds that are left, where they can be told. */
  doing: z.string().nullable(),
  job: JobId.nullable(),
  secondsLeft: z.number().nullable(),
})
export type Study = z.infer<typeof Study>

/** How many of its steps are done. */
export const stepsDone = ({ steps }: Pick<Study, 'steps'>): number => steps.filter(({ done }) => done).length

/** A study that can be started. */
export const StudyListing = z.object({
  name: StudyName,
  title: z.string(),
  /** What it asks, in a sentence. */
  question: z.string(),
  forms: z.array(z.object({ form: StudyForm, model: z.string(), seeds: z.int(), about: z.string() })),
  /** Whether it reads pairs of another domain. */
  others: z.boolean(),
})
export type StudyListing = z.infer<typeof StudyListing>

export const StudyEstimate = z.object({
  steps: z.int(),
  /** How many of them are not done: all, unless a start goes on with a study. */
  left: z.int(),
  /** For those that are left. Null where nothing is known of this model's pace. */
  seconds: z.number().nullable(),
  /** Where that comes from, in words. */
  secondsFrom: z.string(),
  /** The study that asks for the same and is not finished: a start goes on with it. */
  goesOn: StudyId.nullable(),
})
export type StudyEstimate = z.infer<typeof StudyEstimate>

/** A cell: words, or a number with its 95 % interval where there is one. `as` says how numbers are written. */
export const StudyCell = z.union([z.string(), Mean.extend({ as: z.enum(['percent', 'points', 'nats', 'plain']) })])
export type StudyCell = z.infer<typeof StudyCell>

/** How numbers are written: shares in percent. */
const shapes = {
  percent: { times: 100, digits: 1 },
  points: { times: 100, digits: 1 },
  nats: { times: 1, digits: 3 },
  plain: { times: 1, digits: 2 },
}

/** '67.3 [62.1, 72.0]', shares in percent; a dash where there is no number. */
export function cellText(cell: StudyCell): string {
  if (typeof cell === 'string') return cell
  const { times, digits } = shapes[cell.as]
  const text = (value: number) => `${cell.as === 'points' && value > 0 ? '+' : ''}${(times * value).toFixed(digits)}`
  if (cell.mean === null) return '-'
  if (cell.low === null || cell.high === null) return text(cell.mean)
  return `${text(cell.mean)} [${text(cell.low)}, ${text(cell.high)}]`
}

export const StudyTable = z.object({
  title: z.string(),
  /** How the numbers were made and what the intervals are over. */
  note: z.string(),
  head: z.array(z.string()),
  rows: z.array(z.array(StudyCell)),
})
export type StudyTable = z.infer<typeof StudyTable>

/** Lines over a common x. The first line is the one that the others are compared with. */
export const StudyFigure = z.object({
  title: z.string(),
  x: z.string(),
  y: z.string(),
  lines: z.array(z.object({ name: z.string(), points: z.array(z.tuple([z.number(), z.number()])) })),
})
export type StudyFigure = z.infer<typeof StudyFigure>

/** What a study found, as plain data: a screen shows it, a file is written from it. */
export const StudyReport = z.object({
  study: Study,
  title: z.string(),
  question: z.string(),
  /** How it was done, paragraph by paragraph. */
  how: z.array(z.string()),
  /** What the numbers say, one sentence each. */
  findings: z.array(z.string()),
  tables: z.array(StudyTable),
  figures: z.array(StudyFigure),
  /** The command that repeats it. */
  command: z.string(),
  /** What it was run on: model and its hashes, versions, settings, by name. */
  pinned: z.array(z.tuple([z.string(), z.string()])),
})
export type StudyReport = z.infer<typeof StudyReport>
