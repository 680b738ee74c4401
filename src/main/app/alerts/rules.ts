// All rules by name.
import type { AlertRule, MethodName } from '#contract'
import { AlertRule as names, methods } from '#contract'
import { likelihoodRules } from './likelihood-rules.ts'
import { promptRules } from './prompt-rules.ts'
import type { Rule } from './rule.ts'
import { trainingRules } from './training-rules.ts'

export const rules: Readonly<Record<AlertRule, Rule>> = { ...likelihoodRules, ...trainingRules, ...promptRules }

/** The rules that are asked of a run of this method, in the order of the contract. */
export function rulesOf(method: MethodName): AlertRule[] {
  return names.options.filter((name) => rules[name].of.includes(methods[method].learns))
}
