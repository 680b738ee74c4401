// On-policy pairs: answers that a policy gives to prompts, judged, and turned into pairs.
import { z } from 'zod'
import { CheckerChoice } from './checkers.ts'
import { PairSet, RefusedRow, Text } from './pairs.ts'
import { PolicyName } from './policies.ts'

/** The distinct prompts of a set, by its name; or of a file: JSONL and the other formats of pairs, or a text with one prompt a line. */
export const PromptSource = z.union([
  z.strictObject({ set: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1).max(4096) }),
])
export type PromptSource = z.infer<typeof PromptSource>

/** How answers are sampled: what a form, a command line and the check need to know of each number. */
export const answerSettings = {
  answers: { label: 'Answers', meaning: 'To each prompt.', whole: true, min: 2, max: 64, default: 4 },
  temperature: {
    label: 'Temperature',
    meaning: 'Higher gives more different answers, of which more are wrong.',
    ...{ whole: false, min: 0.05, max: 5, default: 1 },
  },
  topP: {
    label: 'Top-p',
    meaning: 'The share of the likeliest tokens that is drawn from.',
    ...{ whole: false, min: 0.01, max: 1, default: 1 },
  },
  tokens: { label: 'Longest answer', meaning: 'In tokens.', whole: true, min: 1, max: 4096, default: 128 },
  seed: {
    label: 'Seed',
    meaning: 'The same seed gives the same answers.',
    whole: true,
    min: 0,
    max: 2 ** 31 - 1,
    default: 0,
  },
} as const
export type AnswerSettingKey = keyof typeof answerSettings

const numberOf = ({ whole, min, max, default: standard }: (typeof answerSettings)[AnswerSettingKey]) =>
  (whole ? z.int() : z.number()).min(min).max(max).default(standard)

export const AnswerSettings = z.object({
  answers: numberOf(answerSettings.answers),
  temperature: numberOf(answerSettings.temperature),
  topP: numberOf(answerSettings.topP),
  tokens: numberOf(answerSettings.tokens),
  seed: numberOf(answerSettings.seed),
})
export type AnswerSettings = z.infer<typeof AnswerSettings>

/** Who says which of two answers is better: a checker or a reward model, by its name, by their scores, or a person afterwards, on the Annotate desk. */
export const Judge = z.union([
  z.literal('hand'),
  z.strictObject({ checker: CheckerChoice }),
  z.strictObject({ rewardModel: z.string().min(1) }),
])
export type Judge = z.infer<typeof Judge>

/** Which two answers of a prompt make a pair, by their scores. A person's pairs are any two of different text. */
export const PairRule = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('best-worst') }),
  z.strictObject({ rule: z.literal('right-wrong') }),
  z.strictObject({ rule: z.literal('all') }),
  z.strictObject({ rule: z.literal('margin'), least: z.number().gt(0).max(1_000_000) }),
])
export type PairRule = z.infer<typeof PairRule>

export const PairSampling = z.object({
  policy: PolicyName,
  prompts: PromptSource,
  /** Only the first so many prompts. */
  limit: z.int().min(1).nullable().default(null),
  sampling: AnswerSettings.prefault({}),
  judge: Judge,
  rule: PairRule.default({ rule: 'best-worst' }),
  /** Most pairs of one prompt, drawn at random where there are more. */
  perPrompt: z.int().min(1).nullable().default(null),
  /** The set that the pairs go to, made when there is none. */
  into: z.string().trim().min(1).max(120),
})
export type PairSampling = z.infer<typeof PairSampling>

/** What a source of prompts holds. */
export const PromptPreview = z.object({
  /** Distinct prompts. */
  prompts: z.int(),
  /** Of these, how many come with an expected answer, which most checkers compare with. */
  expected: z.int(),
  first: z.array(Text),
  refused: z.array(RefusedRow),
  refusedCount: z.int(),
})
export type PromptPreview = z.infer<typeof PromptPreview>

/** What came of sampling, as counts. */
export const SamplingCounts = z.object({
  /** Prompts that were asked for, those without room among them. */
  prompts: z.int(),
  answers: z.int(),
  /** Pairs that are new in the set, and those that it had already. */
  pairs: z.int(),
  duplicates: z.int(),
  /** Prompts that were not asked, as they leave no room for an answer in the model's context. */
  noRoom: z.int(),
  /** Prompts whose answers made no pair. */
  pairless: z.int(),
  /** Answers that the judge could not score. */
  undecided: z.int(),
  /** Answers that no pair can hold: empty, or with a zero byte. */
  unusable: z.int(),
  /** Answers that reached the longest length before they ended. */
  cut: z.int(),
})
export type SamplingCounts = z.infer<typeof SamplingCounts>

export const PairSamplingReport = z.object({ set: PairSet, counts: SamplingCounts, refusedCount: z.int() })
export type PairSamplingReport = z.infer<typeof PairSamplingReport>

function differing(rule: PairRule): string {
  if (rule.rule === 'margin') return `scores at least ${rule.least} apart`
  return rule.rule === 'right-wrong' ? 'which one was right and one wrong' : 'different score'
}

/** '120 prompts, 480 answers, 96 pairs; 18 prompts had no two answers of different score; 6 prompts left no room for an answer.' */
export function samplingSentence(
  counts: SamplingCounts,
  { judge, rule }: Pick<PairSampling, 'judge' | 'rule'>,
): string {
  const differ = judge === 'hand' ? 'different text' : differing(rule)
  const asides: [count: number, one: string, many: string][] = [
    [counts.pairless, `prompt had no two answers of ${differ}`, `prompts had no two answers of ${differ}`],
    [counts.noRoom, 'prompt left no room for an answer', 'prompts left no room for an answer'],
    [counts.undecided, 'answer could not be judged', 'answers could not be judged'],
    [counts.unusable, 'answer was empty or no text', 'answers were empty or no text'],
    [counts.cut, 'answer was cut at the longest length', 'answers were cut at the longest length'],
    [counts.duplicates, 'pair was there already', 'pairs were there already'],
  ]
  const told = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`
  const head = [
    told(counts.prompts, 'prompt', 'prompts'),
    told(counts.answers, 'answer', 'answers'),
    told(counts.pairs, 'pair', 'pairs'),
  ]
  const rest = asides.filter(([count]) => count > 0).map((aside) => told(...aside))
  return `${[head.join(', '), ...rest].join('; ')}.`
}
