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

/** The rule as it is said of a run: one on answers alone has no pairs to speak of. */
export function ruleSaid(name: AlertRule, { alone }: { alone: boolean }): Rule {
  const rule = rules[name]
  return alone ? { ...rule, ...rule.alone } : rule
}
