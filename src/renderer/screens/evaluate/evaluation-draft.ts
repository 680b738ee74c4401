// What an evaluation is asked for, as the address of the form holds it, and as the app wants it.
import { EvaluationOptions, PolicyName, type SettingValues, type CommandInput, type Model, type Run } from '#contract'
import type { Query } from '../../addresses.ts'
import { parametersIn } from '../../parts/checker-values.ts'
import { canEvaluate } from '../../parts/run-words.ts'

export type NumberKey = 'answers' | 'temperature' | 'maxTokens' | 'seed' | 'limit'

/** The numbers of the form: their words, and whether they are whole. */
export const numberFields: readonly { key: NumberKey; label: string; hint: string; whole: boolean }[] = [
  { key: 'answers', label: 'Answers', hint: 'To each prompt. More than 1 needs a temperature.', whole: true },
  { key: 'temperature', label: 'Temperature', hint: '0 is greedy: always the likeliest token.', whole: false },
  { key: 'maxTokens', label: 'Longest answer', hint: 'In tokens.', whole: true },
  { key: 'seed', label: 'Seed', hint: 'The same seed gives the same answers.', whole: true },
]

export type Draft = {
  /** 'model:starter' or 'run:3'; empty where none is named. */
  policy: string
  against: string
  set: string
  likelihoods: boolean
  /** Empty: no answers are asked for. */
  checker: string
  parameters: SettingValues
  /** Empty: none judges. Not beside a checker. */
  rewardModel: string
  heldOutOf: number | null
  /** As typed. */
  numbers: Readonly<Record<NumberKey, string>>
}

const standard = EvaluationOptions.parse({})

/** The draft of an address; what is not understood is left out. `alone`: its set holds answers alone, of which none are scored. */
export function draftOf(query: Query, alone = false): Draft {
  const number = (key: NumberKey) => query[key] ?? String(standard[key] ?? '')
  return {
    policy: policyOf(query.policy) ? query.policy! : '',
    against: policyOf(query.against) ? query.against! : '',
    set: query.set ?? '',
    likelihoods: query.likelihoods !== 'off' && !alone,
    checker: query.checker ?? '',
    parameters: parametersIn(query.parameters),
    rewardModel: query.checker ? '' : (query.rewardModel ?? ''),
    heldOutOf: Number(query.heldOutOf) || null,
    numbers: {
      ...{ answers: number('answers'), temperature: number('temperature'), maxTokens: number('maxTokens') },
      ...{ seed: number('seed'), limit: number('limit') },
    },
  }
}

/** 'model:starter' -> { model: 'starter' }; null when it names nothing. */
export function policyOf(text: string | undefined): PolicyName | null {
  const [, kind, name] = /^(model|run):(.+)$/s.exec(text ?? '') ?? []
  if (!kind || !name) return null
  return PolicyName.safeParse(kind === 'model' ? { model: name } : { run: Number(name) }).data ?? null
}

/** What is wrong with a number of the form, or null. */
export function numberProblem(key: NumberKey, text: string): string | null {
  if (text.trim() === '') return key === 'limit' ? null : 'A number is needed.'
  const found = EvaluationOptions.shape[key].safeParse(Number(text))
  return found.success ? null : (problems[key] ?? null)
}

const problems: Record<NumberKey, string> = {
  answers: 'A whole number from 1 to 64.',
  temperature: 'A number from 0 to 5.',
  maxTokens: 'A whole number from 1 to 4096.',
  seed: 'A whole number from 0 to 2147483647.',
  limit: 'A whole number from 1, or nothing for all.',
}

/** What the app is asked; null while something is missing or wrong. What is compared against comes first. */
export function requestOf(draft: Draft): CommandInput<'evaluations.start'> | null {
  const { policy, against, set, likelihoods, checker, parameters, rewardModel, heldOutOf, numbers } = draft
  const policies = [policyOf(against), policyOf(policy)].filter((one) => one !== null)
  const keys = Object.keys(numbers) as NumberKey[]
  if (!policyOf(policy) || set === '' || keys.some((key) => numberProblem(key, numbers[key]))) return null
  const [answers, temperature, maxTokens, seed] = numberFields.map(({ key }) => Number(numbers[key]))
  const options = {
    ...{ likelihoods, checker: checker === '' ? null : { name: checker, parameters } },
    rewardModel: rewardModel === '' ? null : { name: rewardModel },
    ...{ answers, temperature, maxTokens, seed },
    limit: numbers.limit.trim() === '' ? null : Number(numbers.limit),
    heldOutOf: heldOutOf as Run['id'] | null,
  }
  return { policies, set, options }
}

export type PolicyChoice = { value: string; label: string }

/** What can be evaluated: models, and runs that have ended with a checkpoint of something that answers. */
export function policyChoices(models: readonly Model[], runs: readonly Run[]) {
  return [
    { label: 'Models', choices: models.map(({ name }): PolicyChoice => ({ value: `model:${name}`, label: name })) },
    {
      label: 'Runs',
      choices: runs.filter(canEvaluate).map(({ id, name, checkpoint }): PolicyChoice => ({
        value: `run:${id}`,
        label: `${name}, step ${checkpoint}`,
      })),
    },
  ].filter(({ choices }) => choices.length > 0)
}
