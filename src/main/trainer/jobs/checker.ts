// Whether a checker can be made of what was given. Needs no tensor backend.
import type { CheckerChoice, SettingValues } from '#contract'
import { checkerOf } from '#ml'
import { answerCheck } from '../checking.ts'

/** The checker with all its parameters. @throws ProblemError with the one line that refuses it */
export function checker({ name, parameters }: CheckerChoice): Promise<CheckerChoice> {
  answerCheck({ name, parameters })
  return Promise.resolve({ name, parameters: { ...checkerOf(name, parameters).parameters } as SettingValues })
}
