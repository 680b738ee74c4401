// What the app may say to the trainer, and hear from it. Plain data over a Port.
import { createHash } from 'node:crypto'
import type {
  AnswerSettings,
  CheckerChoice,
  CheckerListing,
  EvaluationComparison,
  EvaluationFigures,
  ItemResult,
  Mark,
  MeasuredPair,
  MethodName,
  PairId,
  PairRule,
  ParsedSettings,
  Probe,
  ProbeScore,
  Problem,
  Reading,
  RewardExam,
  Sample,
  Text,
  Throughput,
  TokenScores,
} from '#contract'

/** The kind of files that a model's location holds, told by looking. */
export type ModelFacts = {
  head: 'language' | 'reward'
  family: string
  parameters: number
  layers: number
  D: number
  heads: number
  kvHeads: number
  headDim: number
  F: number
  V: number
  context: number
  tied: boolean
  precision: string
  bytes: number
  chatTemplate: boolean
  modelHash: string
  tokenizerHash: string
  templateHash: string
  licence: string | null
}

/** What the factors of matrix products are rounded to; all else is float32. */
export type Precision = 'float32' | 'bfloat16'

/** What the trainer computes on. `why` says why it is not native TensorFlow, where it is not. */
export type Machine = {
  tensorflow: string
  /** 'native graph' where programs are recorded as graphs; 'native', 'wasm' or 'cpu' where they run op by op. */
  backend: string
  device: string
  /** A Precision: the one a run uses, or that it would use if it were left to choose. */
  precision: string
  /** Why this one. */
  precisionWhy?: string
  why: string | null
}

/** A line of the pairs file, which is a frozen version of a set: what a run trains on and resumes with. */
export type TrainPair = {
  id: PairId
  prompt: Text
  chosen: string
  rejected: string
  /** 0 for a tie, 2 for a strong preference; left out for a plain one, and where strengths are ignored. */
  strength?: 0 | 2
  /** What a checker compares answers with; left out where that is the chosen response. */
  expected?: string
  /** Of an answer alone, which is in `chosen`; `rejected` is empty then. */
  mark?: Mark
  /** By how much `chosen` is better, as numbers that came with the pair say; left out where the run reads none. */
  margin?: number
}

/** Who gave the responses of a pair: the model before any tuning (on), somebody else (off), or nobody knows (null). */
export type PairOrigins = { pair: PairId } & Record<'chosen' | 'rejected', 'on' | 'off' | null>

/** A reference log-probability: hash of the text (`textHash`), sum over the response's tokens in nats, number of tokens. */
export type ReferenceEntry = [hash: string, logp: number, tokens: number]

export type TrainJob = ModelPlace & {
  method: MethodName
  /** As the run was asked for: 'auto' is still in it. */
  settings: ParsedSettings
  /** Whether blocks are made again in the backward pass, as the app decided when the run began. */
  recompute: boolean
  seed: number
  /** JSONL of TrainPair. */
  pairsFile: string
  /** Another such file, of the out-of-domain set; null where none is probed. */
  outOfDomainFile: string | null
  /** Of pairs of which that is known of a side. A run that goes on has them in its probes. */
  origins: readonly PairOrigins[]
  /** The run's own folder: checkpoints/ is written there. */
  folder: string
  /**
   * Continue from the checkpoint of this step, the newest that the app was told of: what was measured before it is stored.
   * A later one may lie in `folder`, written just before a death that swallowed its last messages.
   */
  resumeFrom: number | null
  /** A folder with the trained weights that the run begins with, once the reference has been measured; null for those of the model. */
  begin: string | null
  /** Scores the answers where a checker does not. */
  rewardModel: ModelPlace | null
}

/** sha256 of the weights as they are stored, of the tokenizer and of the chat template. */
export type Hashes = Pick<ModelFacts, 'modelHash' | 'tokenizerHash' | 'templateHash'>

/** Where a model lies, and what it was when it was added: changed files are refused. */
export type ModelPlace = {
  /** Folder or GGUF file. */
  model: string
  expected: Hashes
}

/** What answers and is scored: a model, or what a run made of it. */
export type Policy = ModelPlace & {
  /** A checkpoint's folder and the settings of its run. */
  tuned: { checkpoint: string; settings: ParsedSettings } | null
}

export type EvaluateJob = {
  policy: Policy
  /** JSONL of TrainPair. */
  pairsFile: string
  /** Whether both responses of each pair are scored. */
  likelihoods: boolean
  /** Judges the answers to the prompts, each prompt once; none are asked for without this or the next. */
  checker: CheckerChoice | null
  rewardModel: ModelPlace | null
  answers: number
  /** 0 is greedy. */
  temperature: number
  maxTokens: number
  seed: number
}

/** `leftOut` counts pairs that do not fit the model, and prompts that leave no room for an answer. */
export type EvaluateResult = {
  /** By the pairs of the file, in their order. */
  items: ({ pair: PairId } & ItemResult)[]
  figures: EvaluationFigures
  leftOut: { pairs: number; prompts: number }
  machine: Machine
}

/** What a comparison reads of an item: no texts. */
export type ComparedItem = Pick<ItemResult, 'likelihood'> & {
  answers: Pick<ItemResult['answers'][number], 'tokens' | 'ended' | 'verdict' | 'score'>[]
}

export type TrainResult = { status: 'finished' | 'stopped'; step: number; throughput: Throughput }

/** A response after its prompt. */
export type ScoredText = { prompt: Text; response: string }

/** Its reward, or why it has none. */
export type Rewarded = { reward: number } | { refused: string }

/** A prompt, and what a checker is told as the right answer. */
export type AskedPrompt = { prompt: Text; expected: string | null }

/** Answers to prompts, judged, and which of them make pairs. */
export type AnswerJob = {
  policy: Policy
  prompts: AskedPrompt[]
  sampling: AnswerSettings
  /** null for both: a person judges later, and any two answers of different text make a pair. */
  checker: CheckerChoice | null
  rewardModel: ModelPlace | null
  rule: PairRule
  /** Most pairs of one prompt. */
  perPrompt: number | null
}

/** `score` is null where nobody or nothing could tell; `ended`: by itself, and not for want of room. */
export type JudgedAnswer = { text: string; score: number | null; ended: boolean; usable: boolean }

/** All answers to one prompt, by its place in the job's list; `pairs` are places among them, the chosen first where there is one. */
export type AnsweredPrompt = { prompt: number; answers: JudgedAnswer[]; pairs: [number, number][] }

export type TokensJob = {
  model: ModelPlace
  /** Of the run. */
  settings: ParsedSettings
  /** Folders that hold trained weights, ascending by step. */
  checkpoints: { step: number; folder: string }[]
  pair: TrainPair
}

/** What can be asked, and what is answered. */
export type Jobs = {
  machine: { in: Record<string, never>; out: Machine }
  inspect: { in: { location: string }; out: ModelFacts }
  /** The checkers that ship. */
  checkers: { in: Record<string, never>; out: CheckerListing[] }
  train: { in: TrainJob; out: TrainResult }
  score: {
    in: { model: ModelPlace; texts: ScoredText[] }
    out: { results: Rewarded[] }
  }
  examine: {
    in: { model: ModelPlace; pairs: Omit<TrainPair, 'id'>[] }
    out: RewardExam
  }
  /** `noRoom`: how many prompts leave no room for an answer in the model's context. */
  answer: { in: AnswerJob; out: { noRoom: number; machine: Machine } }
  export: {
    in: {
      model: string
      checkpoint: string
      settings: ParsedSettings
      format: 'peft' | 'merged'
      to: string
      baseName: string
    }
    out: { folder: string }
  }
  evaluate: { in: EvaluateJob; out: EvaluateResult }
  /** Of a JSONL of TrainPair, under a model that is not tuned. */
  measure: { in: { model: ModelPlace; pairsFile: string }; out: { machine: Machine } }
  /** Of one pair, under the model that is not tuned and under each checkpoint of a run with these settings. */
  tokens: { in: TokensJob; out: Omit<TokenScores, 'run' | 'pair'> }
  /** Of the same items in the same order; `sameTokens`: both policies read texts as the same tokens; `scored`: a reward model judged. */
  compare: {
    in: { a: ComparedItem[]; b: ComparedItem[]; sameTokens: boolean; scored: boolean }
    out: Omit<EvaluationComparison, 'incomparable'>
  }
  /** Refuses a checker that is not there or a parameter that is wrong; answers with all parameters. */
  checker: { in: CheckerChoice; out: CheckerChoice }
}
export type JobName = keyof Jobs

/**
 * What a job holds while it works. Those that hold `nothing` run beside others, all others one at a time. One that held a `model` leaves memory
 * behind: before the next run the process is made anew.
 */
export const holds: Readonly<Record<JobName, 'nothing' | 'files' | 'model'>> = {
  ...{ machine: 'nothing', inspect: 'nothing', checkers: 'nothing', checker: 'nothing', compare: 'nothing' },
  export: 'files',
  ...{ train: 'model', answer: 'model', score: 'model', examine: 'model', evaluate: 'model', measure: 'model' },
  tokens: 'model',
}

/** What a job tells while it works. */
export type JobEvents = {
  /** Progress is 0 to 1, or null when it cannot be told. */
  doing: { text: string; progress: number | null }
  started: {
    steps: number
    step: number
    trainPairs: number
    heldoutPairs: number
    leftOut: { pair: PairId; reason: string }[]
    machine: Machine
    trainableParameters: number
  }
  referenced: { entries: ReferenceEntry[] }
  probed: { probes: Probe[] }
  read: { readings: Reading[] }
  scored: { scores: ProbeScore[] }
  sampled: { samples: Sample[] }
  /** `folder` is whole; older ones may be gone by now. */
  checkpointed: { step: number; folder: string }
  /** In the order of prompts, a few at a time. */
  answered: { prompts: AnsweredPrompt[] }
  /** The longest pairs first, those that do not fit before them. */
  measured: { pairs: MeasuredPair[] }
  pace: { secondsLeft: number; throughput: Throughput }
}

export type ToTrainer =
  | { [N in JobName]: { type: 'start'; job: number; name: N; in: Jobs[N]['in'] } }[JobName]
  /** Ends gracefully: a training run writes a checkpoint first. */
  | { type: 'stop'; job: number }
  | { type: 'known'; question: number; entries: ReferenceEntry[] }

export type FromTrainer =
  | { type: 'ready' }
  /** Once a second, also while a long computation blocks between steps as far as that is possible. */
  | { type: 'alive'; memory: number }
  | { [E in keyof JobEvents]: { type: 'event'; job: number; name: E; data: JobEvents[E] } }[keyof JobEvents]
  /** Asks which of these reference log-probabilities the store knows of the job's model, tokenizer and template. */
  | { type: 'asks'; job: number; question: number; hashes: string[] }
  | { [N in JobName]: { type: 'done'; job: number; name: N; out: Jobs[N]['out'] } }[JobName]
  | { type: 'failed'; job: number; problem: Problem }

/**
 * sha256 of a prompt and a response: together with model, tokenizer and template it names a reference log-probability.
 * A response that never was a text is given as its token ids, the beginning of one as its text and a number of tokens. The precision is hashed too, as numbers that were computed with
 * bfloat16 products are no reference for a float32 run; float32 adds nothing, so that what was stored before it counted holds.
 */
export function textHash(
  prompt: Text,
  response: string | readonly number[] | readonly [text: string, tokens: number],
  precision: Precision,
): string {
  return createHash('sha256')
    .update(JSON.stringify([prompt, response, ...(precision === 'float32' ? [] : [precision])]))
    .digest('hex')
}
