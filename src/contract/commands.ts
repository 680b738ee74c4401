// Every command once: its name, what goes in and what comes out. Handlers, callers and shells are typed from this table.
import { z } from 'zod'
import { Alert, RunPoint } from './alerts.ts'
import { CheckerListing } from './checkers.ts'
import {
  Evaluation,
  EvaluationComparison,
  EvaluationId,
  EvaluationItem,
  EvaluationRequest,
  ItemFilter,
} from './evaluations.ts'
import { Doctor, Job, JobId } from './jobs.ts'
import { CatalogModel, Model, ModelId, RewardExam } from './models.ts'
import { MethodName } from './methods.ts'
import { MeasuringReport, MeasuringState } from './measuring.ts'
import { LeaveOut, MeasureName, PairMeasures } from './pair-measures.ts'
import { PairSampling, PairSamplingReport, PromptPreview, PromptSource } from './pair-sampling.ts'
import {
  ColumnMap,
  FileFormat,
  ImportPreview,
  ImportReport,
  LabelState,
  PairDetail,
  PairId,
  PairRow,
  PairSet,
  SetId,
  Text,
  Verdict,
} from './pairs.ts'
import { TokenScores } from './token-scores.ts'
import { ToyGridRequest, ToyRequest, type ToyGrid, type ToyResult } from './toy.ts'
import { Estimate, Judgement, Probe, ProbeScore, Reading, Run, RunId, Sample, SettingValues } from './runs.ts'
import { Study, StudyEstimate, StudyId, StudyListing, StudyReport, StudyRequest } from './studies.ts'

const command = <In extends z.ZodType, Out extends z.ZodType>(input: In, output: Out) => ({ in: input, out: output })
const nothing = z.object({})
const path = z.string().min(1).max(4096)
const name = z.string().trim().min(1).max(120)

/** Which pairs of a set, in which order. */
export const PairFilter = z.object({
  /** Full-text search over prompt and both responses. */
  text: z.string().max(500).default(''),
  label: LabelState.nullable().default(null),
  order: z.enum(['id', 'prompt-length', 'length-gap', 'newest-label', ...MeasureName.options]).default('id'),
  /** Of an order by a measure: from the highest down, or from the lowest up. Pairs that are not measured come last. */
  direction: z.enum(['down', 'up']).default('down'),
  /** The model whose measures are told and ordered by; none without. */
  model: name.nullable().default(null),
})
export type PairFilter = z.infer<typeof PairFilter>

const importInput = z.object({
  file: path,
  format: FileFormat.nullable().default(null),
  map: ColumnMap.nullable().default(null),
})

/** What a run is started with. `set` is a set's name; the trainer gets a frozen version of it. */
export const RunRequest = z.object({
  model: z.string().min(1),
  set: z.string().min(1),
  method: MethodName.default('dpo'),
  settings: SettingValues.default({}),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
  name: name.nullable().default(null),
  parent: RunId.nullable().default(null),
  /** A checkpoint that is still kept: the run begins with what its run had trained until then, and its reference is the same. */
  from: RunPoint.nullable().default(null),
})
export type RunRequest = z.infer<typeof RunRequest>

export const commands = {
  'app.info': command(
    nothing,
    z.object({
      version: z.string(),
      home: z.string(),
      development: z.boolean(),
      trainer: z.enum(['starting', 'ready', 'busy', 'down']),
      device: z.string().nullable(),
      lastSaved: z.string().nullable(),
    }),
  ),
  'app.doctor': command(nothing, Doctor),
  'app.preferences': command(nothing, z.record(z.string(), z.string())),
  'app.prefer': command(z.object({ key: z.string().min(1).max(100), value: z.string().max(10_000) }), nothing),

  'jobs.list': command(nothing, z.array(Job)),
  'jobs.cancel': command(z.object({ job: JobId }), nothing),

  'sets.list': command(nothing, z.array(PairSet)),
  'sets.remove': command(z.object({ set: SetId }), nothing),
  'sets.rename': command(z.object({ set: SetId, name }), PairSet),

  /** Reads a file and tells what an import would do; stores nothing. */
  'pairs.preview': command(importInput, ImportPreview),
  /** All good rows in one transaction, or nothing. */
  'pairs.import': command(importInput.extend({ set: name }), ImportReport),
  'pairs.list': command(
    z.object({
      set: SetId,
      filter: PairFilter.prefault({}),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(500).default(100),
    }),
    z.object({ total: z.int(), rows: z.array(PairRow) }),
  ),
  /** With the measures under a model, where one is named. */
  'pairs.show': command(
    z.object({ pair: PairId, model: name.nullable().default(null) }),
    PairDetail.extend({ measures: PairMeasures.nullable() }),
  ),
  /** Measures those pairs of a set under a model that were not measured yet. What is measured stays, cancelled or not. */
  'pairs.measure': command(z.object({ set: name, model: name }), MeasuringReport),
  /** How far a set is measured, and which pairs a run would be without. */
  'pairs.measured': command(
    z.object({ set: SetId, model: name, leaveOut: LeaveOut.nullable().default(null) }),
    MeasuringState,
  ),
  /** Writes the pairs whose label is a choice as JSONL with prompt, chosen, rejected. */
  'pairs.export': command(z.object({ set: name, to: path }), z.object({ file: z.string(), pairs: z.int() })),

  /** Reads prompts and tells what they are; stores nothing. */
  'pairs.prompts': command(z.object({ prompts: PromptSource, limit: PairSampling.shape.limit }), PromptPreview),
  /** Samples answers from a policy, has them judged and stores the pairs they make, in one transaction, or nothing. */
  'pairs.sample': command(PairSampling, PairSamplingReport),

  'checkers.list': command(nothing, z.array(CheckerListing)),

  /** The next pair to label after `after` in a set; null when there is none. `unlabelled` only, or all in order. */
  'labels.next': command(
    z.object({
      set: SetId,
      queue: z.enum(['unlabelled', 'skipped', 'all']).default('unlabelled'),
      after: PairId.nullable().default(null),
    }),
    PairDetail.nullable(),
  ),
  /** Appends a label. `edited` is a new text that becomes the chosen response over the one that the verdict names. */
  'labels.add': command(
    z.object({
      pair: PairId,
      verdict: Verdict,
      strength: z.union([z.literal(1), z.literal(2)]).default(1),
      edited: z.string().max(200_000).nullable().default(null),
    }),
    PairDetail,
  ),
  /** Takes back the newest label of this person in the set that is not taken back yet; null when there is none. */
  'labels.undo': command(z.object({ set: SetId }), PairDetail.nullable()),
  'labels.redo': command(z.object({ set: SetId }), PairDetail.nullable()),

  'models.list': command(nothing, z.object({ models: z.array(Model), catalog: z.array(CatalogModel) })),
  /** A folder, a GGUF file or a name of the catalog. */
  'models.add': command(z.object({ source: path, name: name.nullable().default(null) }), Model),
  /** Makes a model of what a run made, merged, in the home folder: to be tuned further, or as a reward model. */
  'models.keep': command(z.object({ run: RunId, name }), Model),
  /** Rewards of responses by a reward model, in order; a text without one says why. */
  'models.score': command(
    z.object({
      model: z.string().min(1),
      texts: z
        .array(z.object({ prompt: Text, response: z.string().max(1_000_000) }))
        .min(1)
        .max(10_000),
    }),
    z.object({ results: z.array(z.union([z.object({ reward: z.number() }), z.object({ refused: z.string() })])) }),
  ),
  /** How well a reward model tells chosen from rejected on the labelled pairs of a set. */
  'models.examine': command(z.object({ model: z.string().min(1), set: z.string().min(1) }), RewardExam),
  'models.remove': command(z.object({ model: ModelId }), nothing),

  'runs.estimate': command(RunRequest, Estimate),
  'runs.start': command(RunRequest, Run),
  'runs.stop': command(z.object({ run: RunId }), Run),
  'runs.resume': command(z.object({ run: RunId }), Run),
  'runs.list': command(nothing, z.array(Run)),
  'runs.show': command(
    z.object({ run: RunId }),
    z.object({
      run: Run,
      judgements: z.array(Judgement),
      probes: z.array(Probe),
      samples: z.array(Sample),
      /** Pairs of the set that it trains without, by a measure. */
      leftOut: z.array(PairId),
      /** The steps of the checkpoints that are kept, ascending. */
      checkpoints: z.array(z.int()),
    }),
  ),
  /** Readings in order of step; `after` is the last step already known. */
  'runs.readings': command(
    z.object({ run: RunId, after: z.int().min(-1).default(-1), names: z.array(z.string()).nullable().default(null) }),
    z.array(Reading),
  ),
  /** In the order in which they were raised. */
  'runs.alerts': command(z.object({ run: RunId }), z.array(Alert)),
  'runs.scores': command(z.object({ run: RunId, after: z.int().min(-1).default(-1) }), z.array(ProbeScore)),
  /** The tokens of one pair of the run's set, under its model before tuning and at each checkpoint that is kept. Nothing is stored. */
  'runs.tokens': command(z.object({ run: RunId, pair: PairId }), TokenScores),
  'runs.note': command(z.object({ run: RunId, name: name.optional(), notes: z.string().max(100_000).optional() }), Run),
  'runs.remove': command(z.object({ run: RunId }), nothing),
  'runs.export': command(
    z.object({ run: RunId, format: z.enum(['peft', 'merged']), to: path }),
    z.object({ folder: z.string() }),
  ),
  /** All readings as JSONL or CSV, by the ending of the file's name. */
  'runs.write-readings': command(z.object({ run: RunId, to: path }), z.object({ file: z.string(), readings: z.int() })),

  /** One evaluation a policy, all running when it answers; they share a job. */
  'evaluations.start': command(EvaluationRequest, z.array(Evaluation)),
  'evaluations.list': command(nothing, z.array(Evaluation)),
  'evaluations.show': command(z.object({ evaluation: EvaluationId }), Evaluation),
  /** Refused when they are not of the same items with the same options. */
  'evaluations.compare': command(z.object({ a: EvaluationId, b: EvaluationId }), EvaluationComparison),
  /** The items of one evaluation, or of two side by side. */
  'evaluations.items': command(
    z.object({
      a: EvaluationId,
      b: EvaluationId.nullable().default(null),
      filter: ItemFilter.prefault({}),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(200).default(50),
    }),
    z.object({ total: z.int(), rows: z.array(EvaluationItem) }),
  ),
  'evaluations.remove': command(z.object({ evaluation: EvaluationId }), nothing),

  /** A run of the toy, in a thread of its own; nothing is stored. */
  'toy.run': command(ToyRequest, z.custom<ToyResult>()),
  /** The same over seeds and settings, with medians and ranges. */
  'toy.grid': command(ToyGridRequest, z.custom<ToyGrid>()),
  /** Those that can be started, and those that were. */
  'studies.list': command(nothing, z.object({ listings: z.array(StudyListing), studies: z.array(Study) })),
  'studies.estimate': command(StudyRequest, StudyEstimate),
  /** Goes on with the newest study of the same request that is not finished, else starts one. */
  'studies.start': command(StudyRequest, Study),
  'studies.stop': command(z.object({ study: StudyId }), Study),
  'studies.show': command(z.object({ study: StudyId }), Study),
  /** Of what is done so far. */
  'studies.report': command(z.object({ study: StudyId }), StudyReport),
  /** The same as one HTML file that needs nothing else. */
  'studies.write-report': command(z.object({ study: StudyId, to: path }), StudyReport.extend({ file: z.string() })),
  'studies.remove': command(z.object({ study: StudyId }), nothing),
} as const

export type CommandName = keyof typeof commands
export type CommandInput<N extends CommandName> = z.input<(typeof commands)[N]['in']>
export type CommandParsed<N extends CommandName> = z.output<(typeof commands)[N]['in']>
export type CommandOutput<N extends CommandName> = z.output<(typeof commands)[N]['out']>
