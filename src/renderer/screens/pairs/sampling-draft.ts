// What the form of Sample pairs holds, read out of the address: the request that it makes, or what is wrong with which field.
import {
  answerSettings,
  RunId,
  type AnswerSettingKey,
  type CheckerListing,
  type CommandInput,
  type Judge,
  type PairRule,
  type PolicyName,
  type PromptSource,
  type SettingValues,
} from '#contract'
import type { Query } from '../../addresses.ts'
import { knownParameters, parameterProblem, parametersIn } from '../../parts/checker-values.ts'

/** `one`: a prompt makes no more than one pair. */
export const ruleLabels: Record<PairRule['rule'], { label: string; meaning: string; one?: true }> = {
  'best-worst': {
    label: 'Best against worst',
    meaning: 'One pair a prompt: the highest score and the lowest.',
    one: true,
  },
  'right-wrong': {
    label: 'Right against wrong',
    meaning: 'One pair a prompt: one that passes and one that does not.',
    one: true,
  },
  all: { label: 'All', meaning: 'Every two answers whose scores differ.' },
  margin: { label: 'By a margin', meaning: 'Every two answers whose scores are at least so far apart.' },
}
const ruleNames = Object.keys(ruleLabels) as PairRule['rule'][]

/** The rules by which a judge's scores can make pairs: a reward model calls nothing right. */
export function rulesFor(judge: Draft['judge']): PairRule['rule'][] {
  return ruleNames.filter((name) => judge === 'checker' || name !== 'right-wrong')
}

export const answerKeys = Object.keys(answerSettings) as AnswerSettingKey[]

type Field = AnswerSettingKey | 'limit' | 'least' | 'cap' | 'into'

export type Draft = {
  policy: PolicyName | null
  prompts: PromptSource | null
  judge: 'checker' | 'reward-model' | 'hand'
  /** Of the judge that is one; null where there is none to choose. */
  rewardModel: string | null
  checker: CheckerListing | null
  parameters: SettingValues
  rule: PairRule['rule']
  /** Fields of text as they stand. */
  texts: Readonly<Record<Field, string>>
  problems: Readonly<Partial<Record<Field, string>>>
  /** Numbers of the fields that are right. */
  numbers: Readonly<Partial<Record<Field, number>>>
}

/** What there is to choose from: the first of each is taken where the address says nothing. */
export type Choices = {
  models: readonly string[]
  rewardModels: readonly string[]
  runs: readonly { id: number; name: string }[]
  sets: readonly string[]
  checkers: readonly CheckerListing[]
}

/** Least, most, and whether whole; `needed`: may not be empty. */
const ranges: Record<Exclude<Field, 'into' | AnswerSettingKey>, { whole: boolean; min: number; max: number }> = {
  limit: { whole: true, min: 1, max: 50_000 },
  least: { whole: false, min: 0, max: 1_000_000 },
  cap: { whole: true, min: 1, max: 10_000 },
}

export function draftOf(query: Query, choices: Choices): Draft {
  const policy = policyIn(query, choices)
  const judge = query.judge === 'hand' || query.judge === 'reward-model' ? query.judge : 'checker'
  const checker = choices.checkers.find(({ name }) => name === query.checker) ?? choices.checkers[0] ?? null
  const rule = rulesFor(judge).find((name) => name === query.rule) ?? 'best-worst'
  const texts: Record<Field, string> = {
    ...(Object.fromEntries(answerKeys.map((key) => [key, query[key] ?? String(answerSettings[key].default)])) as Record<
      AnswerSettingKey,
      string
    >),
    ...{ limit: query.limit ?? '', least: query.least ?? '0.5', cap: query.cap ?? '' },
    into: query.into ?? freeName(policy, choices),
  }
  const numbers: Draft['numbers'] = {}
  const problems: Draft['problems'] = {}
  const kept = { numbers: numbers as Record<string, number>, problems: problems as Record<string, string> }
  for (const key of [...answerKeys, 'limit', 'least', 'cap'] as const) {
    const { whole, min, max } =
      key in ranges ? ranges[key as keyof typeof ranges] : answerSettings[key as AnswerSettingKey]
    const read = key !== 'least' || (judge !== 'hand' && rule === 'margin')
    const text = texts[key].trim()
    if (!read || (text === '' && (key === 'limit' || key === 'cap'))) continue
    const value = text === '' ? NaN : Number(text)
    const fits = value >= min && value <= max && (!whole || Number.isInteger(value)) && (key !== 'least' || value > 0)
    if (fits) kept.numbers[key] = value
    else if (key === 'least') kept.problems.least = 'A number above 0.'
    else kept.problems[key] = `A ${whole ? 'whole number' : 'number'} from ${min} to ${max}.`
  }
  if (texts.into.trim() === '') kept.problems.into = 'The set needs a name.'
  return {
    ...{ policy, prompts: promptsIn(query, choices), judge, checker, rule },
    rewardModel: query.rewardModel ?? choices.rewardModels[0] ?? null,
    parameters: checker ? knownParameters(checker, parametersIn(query.parameters)) : {},
    ...{ texts, problems, numbers },
  }
}

function policyIn(query: Query, { models }: Choices): PolicyName | null {
  const run = RunId.safeParse(Number(query.run)).data
  if (run !== undefined) return { run }
  const model = query.model ?? models[0]
  return model === undefined ? null : { model }
}

/** A name for the set that no set has yet. */
function freeName(policy: PolicyName | null, { runs, sets }: Choices): string {
  if (!policy) return ''
  const label =
    'model' in policy ? policy.model : (runs.find(({ id }) => id === policy.run)?.name ?? `run ${policy.run}`)
  const name = `answers of ${label}`.slice(0, 110)
  for (let n = 1; ; n++) {
    const one = n === 1 ? name : `${name} ${n}`
    if (!sets.includes(one)) return one
  }
}

/** `file` without a value: a file is to be named. */
function promptsIn(query: Query, { sets }: Choices): PromptSource | null {
  if (query.from === 'file') return query.file ? { file: query.file } : null
  const set = query.set ?? sets[0]
  return set === undefined ? null : { set }
}

/** The request that the form makes; null while a field is wrong or something is not chosen. */
export function requestOf(draft: Draft): CommandInput<'pairs.sample'> | null {
  const { policy, prompts, rule, texts, problems, numbers } = draft
  if (!policy || !prompts || Object.keys(problems).length > 0) return null
  const judge = judgeIn(draft)
  if (!judge) return null
  const { limit = null, least = 0, cap = null, ...sampling } = numbers
  return {
    ...{ policy, prompts, judge, limit, perPrompt: cap, sampling, into: texts.into.trim() },
    rule: rule === 'margin' ? { rule, least } : { rule },
  }
}

/** Who judges; null while nobody is chosen or a parameter is wrong. */
function judgeIn({ judge, checker, parameters, rewardModel }: Draft): Judge | null {
  if (judge === 'hand') return 'hand'
  if (judge === 'reward-model') return rewardModel === null ? null : { rewardModel }
  const wrong = checker?.parameters.some((one) => parameterProblem(one, parameters[one.key] ?? one.default)) ?? true
  return !checker || wrong ? null : { checker: { name: checker.name, parameters } }
}

/** Most pairs that so many prompts can make. */
export function mostPairs({ judge, rule, numbers: { answers = 0, cap } }: Draft, prompts: number): number {
  if (judge !== 'hand' && ruleLabels[rule].one) return prompts
  return prompts * Math.min(cap ?? Infinity, (answers * (answers - 1)) / 2)
}
