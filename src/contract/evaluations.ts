// Evaluations: what a policy makes of a frozen set of pairs, item by item and in figures, kept so that two can be put side by side.
import { z } from 'zod'
import { CheckerChoice } from './checkers.ts'
import { JobId } from './jobs.ts'
import { Mark, PairId, Text } from './pairs.ts'
import { PolicyName } from './policies.ts'
import { RunId } from './runs.ts'

export const EvaluationId = z.int().positive().brand<'EvaluationId'>()
export type EvaluationId = z.infer<typeof EvaluationId>

/** Two evaluations of the same items with the same options can be compared. */
export const EvaluationOptions = z.object({
  /** Whether both responses of each pair are scored. */
  likelihoods: z.boolean().default(true),
  /** What judges answers to the prompts; none are asked for without. */
  checker: CheckerChoice.nullable().default(null),
  /** A reward model that judges them where no checker does. The hash of its weights is the app's to fill in. */
  rewardModel: z
    .object({ name: z.string().min(1), modelHash: z.string().default('') })
    .nullable()
    .default(null),
  /** Answers to each prompt. */
  answers: z.int().min(1).max(64).default(1),
  /** 0 is greedy. */
  temperature: z.number().min(0).max(5).default(0),
  /** Longest answer, tokens. */
  maxTokens: z.int().min(1).max(4096).default(128),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
  /** Only the first so many pairs. */
  limit: z.int().min(1).nullable().default(null),
  /** Only the pairs that this run held out. */
  heldOutOf: RunId.nullable().default(null),
})
export type EvaluationOptions = z.infer<typeof EvaluationOptions>

/** Who judges the answers, by name; null where none are asked for. Evaluations of before reward models judged name none. */
export function judgeOf({ checker, rewardModel }: Pick<EvaluationOptions, 'checker' | 'rewardModel'>): string | null {
  return checker?.name ?? rewardModel?.name ?? null
}

/** Whether an item with this share of right answers, or this preference, counts as right: more than half of it. */
export function isRight(share: number): boolean {
  return share > 0.5
}

/** What an evaluation is started with: one policy, or two on the same items. `set` is a set's name. */
export const EvaluationRequest = z.object({
  policies: z.array(PolicyName).min(1).max(2),
  set: z.string().min(1),
  options: EvaluationOptions.prefault({}),
})
export type EvaluationRequest = z.infer<typeof EvaluationRequest>

/** A share with its 95 % interval; `passed` need not be whole, as a tie counts as half. */
export const Share = z.object({
  passed: z.number(),
  of: z.int(),
  rate: z.number().nullable(),
  low: z.number(),
  high: z.number(),
})
export type Share = z.infer<typeof Share>

/** A mean over items with its 95 % interval. */
export const Mean = z.object({
  mean: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  of: z.int(),
})
export type Mean = z.infer<typeof Mean>

const reward = z.object({ accuracy: Share, margin: Mean }).nullable()

export const EvaluationFigures = z.object({
  pairs: z
    .object({
      /** Share of pairs whose chosen response is the likelier, by sums and by means over tokens. */
      accuracy: Share,
      accuracyPerToken: Share,
      /** Log-probability of chosen minus that of rejected, nats. */
      margin: Mean,
      marginPerToken: Mean,
      /** Log-probability per token, nats. */
      chosen: Mean,
      rejected: Mean,
      /** Of the changes against the model that a run began from; null for a model. */
      reward,
    })
    .nullable(),
  answers: z
    .object({
      prompts: z.int(),
      answers: z.int(),
      /** Prompts with an answer that the checker could decide, and answers that it could not. */
      decided: z.int(),
      undecided: z.int(),
      passRate: Share,
      /** Mean score of a reward model, of the prompts' means; not there where a checker judged. */
      score: Mean.nullable().optional(),
      /** Tokens of an answer. */
      length: Mean,
      /** Share of answers that did not end by themselves. */
      unended: z.number(),
    })
    .nullable(),
})
export type EvaluationFigures = z.infer<typeof EvaluationFigures>

export const EvaluationStatus = z.enum(['running', 'finished', 'cancelled', 'failed'])
export type EvaluationStatus = z.infer<typeof EvaluationStatus>

export const Evaluation = z.object({
  id: EvaluationId,
  status: EvaluationStatus,
  /** What happened, for `failed`. */
  reason: z.string().nullable(),
  /** The model's name, or the run's. */
  label: z.string(),
  policy: z.object({
    model: z.string(),
    /** The run and the step of its checkpoint; null for a model as it was added. */
    run: RunId.nullable(),
    step: z.int().nullable(),
    modelHash: z.string(),
    tokenizerHash: z.string(),
    templateHash: z.string(),
  }),
  /** `alone`: it holds answers alone. */
  set: z.object({ name: z.string(), versionHash: z.string(), pairs: z.int(), alone: z.boolean() }),
  options: EvaluationOptions,
  createdAt: z.string(),
  endedAt: z.string().nullable(),
  /** What it was computed on; null until it is finished. */
  machine: z.object({ backend: z.string(), device: z.string(), precision: z.string() }).nullable(),
  figures: EvaluationFigures.nullable(),
  /** Pairs that do not fit the model, and prompts that leave no room for an answer. */
  leftOut: z.object({ pairs: z.int(), prompts: z.int() }),
  /** While it runs: what it does, 0 to 1 of it, and the job that it belongs to. */
  doing: z.string().nullable(),
  progress: z.number().nullable(),
  job: JobId.nullable(),
})
export type Evaluation = z.infer<typeof Evaluation>

const compared = z.object({
  /** Items that both got right, only the one, only the other, neither. */
  both: z.int(),
  onlyA: z.int(),
  onlyB: z.int(),
  neither: z.int(),
  /** Share of B minus share of A. */
  difference: Mean,
  /** Of McNemar's exact test on the items that only one got right. */
  p: z.number(),
})
export type ComparedShares = z.infer<typeof compared>

export const EvaluationComparison = z.object({
  /** Here an item is right whose chosen response is the likelier. */
  pairs: compared.extend({ margin: Mean.nullable(), reward }).nullable(),
  answers: compared.nullable(),
  /** Score of B minus that of A, prompt by prompt; null where no reward model judged. */
  scores: Mean.nullable(),
  /** Why log-probabilities of the two are not compared; null when they are. */
  incomparable: z.string().nullable(),
})
export type EvaluationComparison = z.infer<typeof EvaluationComparison>

/** What a checker says of an answer. A reward model decides nothing: it leaves a score. */
export const CheckVerdict = z.enum(['pass', 'fail', 'undecided'])
export type CheckVerdict = z.infer<typeof CheckVerdict>

const side = z.object({ logp: z.number(), tokens: z.int(), reference: z.number().nullable() })

/** What one policy made of an item. */
export const ItemResult = z.object({
  likelihood: z.object({ chosen: side, rejected: side }).nullable(),
  answers: z.array(
    z.object({
      text: z.string(),
      tokens: z.int(),
      ended: z.boolean(),
      verdict: CheckVerdict,
      score: z.number(),
      why: z.string(),
    }),
  ),
  /** 1 where chosen is the likelier by its sum, 0.5 for a tie, 0; and the share of answers that pass. Null where not known. */
  preferred: z.number().nullable(),
  answered: z.number().nullable(),
})
export type ItemResult = z.infer<typeof ItemResult>

/** A pair of the frozen set, or an answer alone with its mark, with what one or two policies made of it. `id` is its place there, from 1. */
export const EvaluationItem = z.object({
  id: z.int(),
  pair: PairId,
  prompt: Text,
  chosen: z.string(),
  rejected: z.string(),
  mark: Mark.optional(),
  a: ItemResult,
  b: ItemResult.nullable(),
})
export type EvaluationItem = z.infer<typeof EvaluationItem>

/** `by`: whether an item is right by its answers or by its pair. With one evaluation, `only-b` and its kin find nothing. */
export const ItemFilter = z.object({
  by: z.enum(['answers', 'pairs']).default('answers'),
  show: z.enum(['all', 'only-a', 'only-b', 'both-right', 'both-wrong', 'right', 'wrong']).default('all'),
  /** margin, score: lowest of A first. change: where B gained most margin on A first. length: longest answer of A first. */
  order: z.enum(['set', 'margin', 'change', 'length', 'score']).default('set'),
})
export type ItemFilter = z.infer<typeof ItemFilter>
