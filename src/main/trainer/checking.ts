// A checker by its name and parameters, over prompts as the app has them.
import { ProblemError, problemOf, type CheckerChoice, type Text } from '#contract'
import { checkerOf, type Check, type Checker } from '#ml'
import { askedOf } from './answering.ts'

/** Judges an answer to a prompt against what is expected, if anything is. */
export type AnswerCheck = (prompt: Text, answer: string, expected: string | null) => ReturnType<Check>

/** @throws ProblemError when there is no such checker, or a parameter is unknown or out of range */
export function answerCheck(choice: CheckerChoice): AnswerCheck {
  const { check } = madeChecker(choice)
  return (prompt, answer, expected) => check(askedOf(prompt), answer, expected)
}

/** The checker with all its parameters. @throws ProblemError with the one line that refuses it */
export function madeChecker({ name, parameters }: CheckerChoice): Checker {
  try {
    return checkerOf(name, parameters)
  } catch (thrown) {
    throw new ProblemError({ code: 'bad-input', message: problemOf(thrown).message, where: `checker ${name}` })
  }
}
