// Where an answer comes from, in words: who wrote it, how it was sampled, what a checker said of it.
import type { Origin } from '#contract'

const kinds = { human: 'a person', model: 'a model', edit: 'an edit', unknown: 'unknown' }

/** 'by starter', 'by an edit', 'writer unknown' */
export function writerWords({ kind, writer }: Origin): string {
  return kind === 'unknown' && writer === null ? 'writer unknown' : `by ${writer ?? kinds[kind]}`
}

/** What is kept of how it was sampled, as name and value; the plainest first. Empty where nothing is. */
export function samplingDetails({ sampling }: Origin): [name: string, value: string][] {
  if (!sampling) return []
  const known = order.filter((key) => key in sampling)
  const others = Object.keys(sampling).filter((key) => !(order as readonly string[]).includes(key))
  return [...known, ...others].map((key) => {
    const value = sampling[key] ?? ''
    const name = Object.hasOwn(names, key) ? names[key as keyof typeof names] : key
    return [name, typeof value === 'number' ? String(Number(value.toPrecision(6))) : shortened(key, value)]
  })
}

const names = {
  score: 'Score',
  checker: 'Checker',
  parameters: 'Its parameters',
  reward_model: 'Reward model',
  run: 'Run',
  run_id: 'Run id',
  step: 'Step',
  model: 'Model',
  temperature: 'Temperature',
  top_p: 'Top-p',
  longest: 'Longest answer',
  seed: 'Seed',
  cut: 'Cut at the longest length',
  model_hash: 'Model hash',
  reward_model_hash: 'Hash of the reward model',
} as const
const order = Object.keys(names) as (keyof typeof names)[]

const shortened = (key: string, value: string) => (key.endsWith('model_hash') ? value.slice(0, 12) : value)
