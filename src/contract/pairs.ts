// Preference pairs, their labels and their sets, as they cross a wall.
import { z } from 'zod'
import { PairMeasures } from './pair-measures.ts'
import { PairNumbers } from './pair-numbers.ts'

export const PairId = z.int().positive().brand<'PairId'>()
export type PairId = z.infer<typeof PairId>
export const SetId = z.int().positive().brand<'SetId'>()
export type SetId = z.infer<typeof SetId>

/** A conversation turn; plain prompts are stored as one string. */
export const Turn = z.object({ role: z.string().max(64), content: z.string() })
export type Turn = z.infer<typeof Turn>

/** Plain text, or a conversation. */
export const Text = z.union([z.string(), z.array(Turn).min(1)])
export type Text = z.infer<typeof Text>

/** Who wrote a response, as far as it is known. */
export const Origin = z.object({
  kind: z.enum(['human', 'model', 'edit', 'unknown']),
  /** A model's or a person's name. */
  writer: z.string().nullable(),
  /** Sampling settings, where the response was sampled. */
  sampling: z.record(z.string(), z.union([z.number(), z.string()])).nullable(),
})
export type Origin = z.infer<typeof Origin>

/** What is said of an answer alone, which belongs to no pair. */
export const Mark = z.enum(['good', 'bad'])
export type Mark = z.infer<typeof Mark>

/**
 * What a person said of two responses `a` and `b`, or of an answer alone. An edit makes a new response, preferred over the one it was
 * made from.
 */
export const Verdict = z.enum(['a', 'b', 'tie', 'both-bad', 'skip', ...Mark.options])
export type Verdict = z.infer<typeof Verdict>

/** The label of a pair, or of an answer alone: the fold of its events. */
export const LabelState = z.enum(['unlabelled', 'chosen', 'tie', 'both-bad', 'skipped', ...Mark.options])
export type LabelState = z.infer<typeof LabelState>

export const LabelEvent = z.object({
  id: z.int(),
  pair: PairId,
  verdict: Verdict,
  /** 2 is a strong preference. */
  strength: z.union([z.literal(1), z.literal(2)]),
  by: z.string(),
  at: z.string(),
  /** The edited text that became the chosen response, if this label is an edit. */
  edited: z.string().nullable(),
  undone: z.boolean(),
})
export type LabelEvent = z.infer<typeof LabelEvent>

export const Response = z.object({ text: z.string(), origin: Origin })
export type Response = z.infer<typeof Response>

/** One row of a list: texts are cut to a few hundred characters. An answer alone is in `chosen`, whatever its mark; `rejected` is empty. */
export const PairRow = z.object({
  id: PairId,
  prompt: z.string(),
  chosen: z.string(),
  rejected: z.string(),
  label: LabelState,
  chosenBy: z.string().nullable(),
  rejectedBy: z.string().nullable(),
  chosenLength: z.int(),
  rejectedLength: z.int(),
  /** Under the model that the list names; null where it names none, or the pair is not measured. */
  measures: PairMeasures.nullable(),
})
export type PairRow = z.infer<typeof PairRow>

/**
 * A whole pair. For an unlabelled pair, `chosen` is response a and `rejected` is response b. An answer alone is in `a` and in `chosen`,
 * whatever its mark, and the other side is empty.
 */
export const PairDetail = z.object({
  id: PairId,
  set: SetId,
  alone: z.boolean(),
  prompt: Text,
  a: Response,
  b: Response,
  chosen: Response,
  rejected: Response,
  label: LabelState,
  strength: z.union([z.literal(1), z.literal(2)]),
  /** Whether `b` is shown on the left: seeded when the pair is stored, so that position does not follow preference. */
  bFirst: z.boolean(),
  /** Of its responses as the label stands; null where it came without, is an answer alone, or a response was edited. */
  numbers: PairNumbers.nullable(),
  /** Other columns of the imported row, as text. */
  extra: z.record(z.string(), z.string()),
  history: z.array(LabelEvent),
})
export type PairDetail = z.infer<typeof PairDetail>

export const PairSet = z.object({
  id: SetId,
  name: z.string(),
  createdAt: z.string(),
  pairs: z.int(),
  /** Pairs whose label is a choice, or answers that are marked: what a run can train on. */
  chosen: z.int(),
  /** Of a set of answers alone, how many are good and bad; null of a set of pairs. A set holds one kind. */
  answers: z.object({ good: z.int(), bad: z.int() }).nullable(),
  unlabelled: z.int(),
  ties: z.int(),
  bothBad: z.int(),
  skipped: z.int(),
  /** Ships with the app. */
  sample: z.boolean(),
})
export type PairSet = z.infer<typeof PairSet>

/** One row of a file that was not taken, and why. */
export const RefusedRow = z.object({ line: z.int(), reason: z.string(), excerpt: z.string() })
export type RefusedRow = z.infer<typeof RefusedRow>

/** Which column of a file plays which part. Where one is asked for, an empty name says that none does. */
export const ColumnMap = z.object({
  prompt: z.string().optional(),
  chosen: z.string().optional(),
  rejected: z.string().optional(),
  chosenBy: z.string().optional(),
  rejectedBy: z.string().optional(),
  /** Of answers alone: the answer, whether it is good, and who wrote it. */
  completion: z.string().optional(),
  label: z.string().optional(),
  completionBy: z.string().optional(),
  /** Of pairs, numbers: how much better the chosen response is, or what each one scored. */
  margin: z.string().optional(),
  scoreChosen: z.string().optional(),
  scoreRejected: z.string().optional(),
})
export type ColumnMap = z.infer<typeof ColumnMap>

export const FileFormat = z.enum(['jsonl', 'json', 'csv', 'parquet'])
export type FileFormat = z.infer<typeof FileFormat>

export const ImportPreview = z.object({
  file: z.string(),
  format: FileFormat,
  /** The shape recognised, in plain words: 'prompt, chosen, rejected', 'conversations', 'Anthropic HH' … */
  shape: z.string(),
  columns: z.array(z.string()),
  map: ColumnMap,
  /** Whether its rows are answers alone, each good or bad. */
  alone: z.boolean(),
  rows: z.int(),
  good: z.int(),
  /** The first rows as they would be stored. An answer alone is in `chosen`; its mark is null where the file gives it none. */
  first: z.array(
    z.object({
      line: z.int(),
      prompt: Text,
      chosen: z.string(),
      rejected: z.string(),
      mark: Mark.nullable().optional(),
      numbers: PairNumbers.optional(),
    }),
  ),
  refused: z.array(RefusedRow),
  /** How many were refused in all; `refused` holds the first thousand. */
  refusedCount: z.int(),
})
export type ImportPreview = z.infer<typeof ImportPreview>

export const ImportReport = z.object({
  set: PairSet,
  imported: z.int(),
  /** Same prompt, chosen and rejected already in the set. */
  duplicates: z.int(),
  refused: z.array(RefusedRow),
  refusedCount: z.int(),
})
export type ImportReport = z.infer<typeof ImportReport>
