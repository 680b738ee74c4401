// Whether a checker can be made of what was given. Needs no tensor backend.
import type { CheckerChoice, SettingValues } from '#contract'
import { madeChecker } from '../checking.ts'

/** The checker with all its parameters. @throws ProblemError with the one line that refuses it */
export function checker(choice: CheckerChoice): Promise<CheckerChoice> {
  const { name, parameters } = madeChecker(choice)
  return Promise.resolve({ name, parameters: { ...parameters } as SettingValues })
}
