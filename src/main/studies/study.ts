// What a study is: plain data that says what to sample, train and measure, the steps that follow from it, and how its numbers are read.
import type {
  CheckerName,
  CommandInput,
  CommandOutput,
  EvaluationComparison,
  EvaluationFigures,
  MethodName,
  RewardExam,
  RunId,
  SettingValues,
  StudyForm,
  StudyListing,
  StudyName,
  StudyReport,
} from '#contract'
import type { Point } from './trajectory.ts'

/** A way of training that is compared with others. */
export type Arm = {
  name: string
  method: MethodName
  settings: SettingValues
  /** The role of the pairs that it is trained on: those of the model itself, or those of a scenario of Table 3. */
  on: string
  /** The domain that its name is to end with, where a study tunes on both. */
  domain?: Domain
}

/** How large a study is. */
export type Form = {
  about: string
  model: string
  seeds: number
  /** Questions that are kept for the exam, and that pairs are made from. */
  exam: number
  pool: number
  /** The same of the others, for studies that have them. */
  others?: { exam: number; pool: number }
  /** How the model answers them to make pairs of its own. */
  sampling: { answers: number; temperature: number; tokens: number }
  /** Settings that all arms share. */
  train: SettingValues
  arms: readonly Arm[]
}

/** What a set of questions is to a study: the one that it is about, and another that this is held against. */
export type Domain = 'pairs' | 'others'

export type StudyPlanning = {
  form: Form
  model: string
  seeds: number
  /** The sets of questions with answers by somebody else, by their names; whether they ship and are to be imported under them. */
  sets: Readonly<Record<Domain, string>>
  shipped: boolean
  /** What the report calls them: those that ship by their files, others by their names. */
  called: Readonly<Record<Domain, string>>
  /** A set of pairs of the model's own answers, in place of those that the study would sample. */
  own: string | null
  /** Questions that are plain text are put as a user's turn: the model has a template for chats. */
  turns: boolean
  /** What judges answers. */
  checkers: Readonly<Record<Domain, CheckerName>>
  /** Names a set, a run or a model of this study. */
  named: (what: string) => string
}

/** How much a step is to do, in the unit of its pace; the estimate is made of these. */
export type Work = { kind: 'train' | 'tokens' | 'score' | 'none'; amount: number }

/** One side of the pairs of a set. */
export type SideOf = { set: string; side: 'chosen' | 'rejected' }

/** Which pairs are put together. `turns`: a plain prompt becomes what a user says, and its responses what an assistant does. */
export type Deriving = {
  chosen: SideOf
  rejected: SideOf
  within: string | null
  skip: number
  take: number | null
  turns: boolean
}

export type StepDoes =
  /** A shipped file of pairs, by its name under resources/studies. */
  | { does: 'import'; file: string; into: string }
  /** Pairs put together of two sets, prompt by prompt: those that both have, and `within` too, from the `skip`th on, `take` of them. */
  | ({ does: 'derive'; into: string } & Deriving)
  | { does: 'sample'; asks: CommandInput<'pairs.sample'> }
  | { does: 'train'; asks: CommandInput<'runs.start'> }
  /** `trained` is the key of a step that trains. */
  | { does: 'keep'; trained: string; name: string }
  | { does: 'examine'; model: string; set: string }
  | {
      does: 'evaluate'
      policy: { model: string } | { trained: string }
      set: string
      options: CommandInput<'evaluations.start'>['options']
    }
  /** Two evaluations, by the keys of their steps. */
  | { does: 'compare'; a: string; b: string }

/** `key` is how other steps and the report name it. */
export type Step = { key: string; title: string; work: Work } & StepDoes

/** What came of a step; kept, so that it is never done again. */
export type Outcome =
  | { set: string; pairs: number }
  | { run: RunId }
  | { model: string }
  | { exam: RewardExam }
  | { evaluation: CommandOutput<'evaluations.show'>['id'] }
  | { comparison: EvaluationComparison }

/** What the report of a study is read from: everything that is done so far. */
export type Facts = {
  planning: Pick<StudyPlanning, 'form' | 'model' | 'seeds' | 'called'>
  /** Undefined while a step is not done. */
  figures: (key: string) => EvaluationFigures | undefined
  comparison: (key: string) => EvaluationComparison | undefined
  exam: (key: string) => RewardExam | undefined
  /** What a run's probes told along its steps; empty while it is not done. */
  points: (key: string) => readonly Point[]
}

export type Findings = Pick<StudyReport, 'how' | 'findings' | 'tables' | 'figures'>

export type StudyKind = Pick<StudyListing, 'name' | 'title' | 'question' | 'others'> & {
  forms: Readonly<Record<StudyForm, Form>>
  steps: (planning: StudyPlanning) => Step[]
  report: (facts: Facts) => Findings
}

export type StudyKinds = Readonly<Record<StudyName, StudyKind>>
