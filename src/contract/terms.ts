// The terms of a weighted sum of methods, and with them which settings a run reads.
import type { LabelUse } from './label-settings.ts'
import { methods, MethodName, ownSettings, sharedSettings } from './methods.ts'
import { ProblemError } from './problems.ts'
import { settingOf, type SettingKey } from './settings.ts'

export type Term = { name: MethodName; weight: number }

const MOST_TERMS = 8
const LARGEST = 1000

/** The methods that may be terms of a weighted sum: those that learn from pairs, and whose reference stays. */
export const termNames = MethodName.options.filter(
  (name) => methods[name].learns === 'pairs' && methods[name].alone === undefined,
)

/**
 * Terms as they are written, `NAME*WEIGHT` each, e.g. `dpo*1` and `sft*0.1`.
 * @throws ProblemError with one line that names what is wrong with the setting `terms`
 */
export function termsOf(value: unknown): Term[] {
  const texts = Array.isArray(value) ? (value as unknown[]) : [value]
  if (texts.length === 0 || texts.length > MOST_TERMS)
    throw refusal(`A weighted sum has 1 to ${MOST_TERMS} terms, got ${texts.length}`)
  const terms = texts.map(termOf)
  const twice = terms.find(({ name }, i) => terms.findIndex((term) => term.name === name) < i)
  if (twice) throw refusal(`${twice.name} is a term twice`, 'Name it once, with the sum of both weights')
  return terms
}

/** The settings that a run of the method reads, in the order of the form; of a weighted sum also those of its terms, as far as they are methods. */
export function settingsRead(method: MethodName, values: Readonly<Record<string, unknown>>): SettingKey[] {
  const own = methodsIn(method, values).flatMap((name) => ownSettings(name))
  return [...new Set([...own, ...sharedSettings(method)])]
}

/** The method and, of a weighted sum, those of its terms. */
export function methodsIn(method: MethodName, values: Readonly<Record<string, unknown>>): MethodName[] {
  if (!ownSettings(method).includes('terms')) return [method]
  const texts = values.terms ?? settingOf('terms')?.default
  const names = (Array.isArray(texts) ? (texts as unknown[]) : [texts]).map((text) => String(text).split('*')[0])
  return [method, ...termNames.filter((name) => names.includes(name))]
}

/** What the method, and of a weighted sum each of its terms, can make of the strength of labels. */
export function labelUses(method: MethodName, values: Readonly<Record<string, unknown>>): LabelUse[] {
  const [first, ...rest] = methodsIn(method, values).map((name) => methods[name].labels ?? [])
  return (first ?? []).filter((use) => rest.every((uses) => uses.includes(use)))
}

/** Whether the method, and of a weighted sum each of its terms, learns from answers alone. */
export function learnsFromAnswers(method: MethodName, values: Readonly<Record<string, unknown>>): boolean {
  return methodsIn(method, values).every((name) => methods[name].answers === true)
}

/** The methods that learn from answers alone by themselves. */
export const answerMethods = MethodName.options.filter((name) => methods[name].answers && name !== 'weighted-sum')

function termOf(text: unknown): Term {
  const [name, weight] = typeof text === 'string' && text.length < 100 ? text.split('*') : []
  if (name === undefined || weight === undefined)
    throw refusal(`${JSON.stringify(text)} is not a term`, 'Write a method and its weight, as dpo*1')
  const known = MethodName.safeParse(name).data
  if (!known) throw refusal(`There is no method ${JSON.stringify(name)}`, `Terms may be ${termNames.join(', ')}`)
  if (!termNames.includes(known))
    throw refusal(
      `${methods[known].label} cannot be a term: ${methods[known].alone ?? 'it does not learn from pairs'}`,
      `Terms may be ${termNames.join(', ')}`,
    )
  const number = weight.trim() === '' ? NaN : Number(weight)
  if (!(number > 0 && number <= LARGEST))
    throw refusal(`The weight of ${name} must be above 0 and at most ${LARGEST}, got ${JSON.stringify(weight)}`)
  return { name: known, weight: number }
}

function refusal(message: string, advice?: string): ProblemError {
  return new ProblemError({ code: 'bad-input', message, where: 'setting terms', advice })
}
