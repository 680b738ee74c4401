// A checker by its name and parameters, over prompts as the app has them.
import { ProblemError, problemOf, type CheckerChoice, type Text } from '#contract'
import { checkerOf, type Check } from '#ml'
import { askedOf } from './answering.ts'

/** Judges an answer to a prompt against what is expected, if anything is. */
export type AnswerCheck = (prompt: Text, answer: string, expected: string | null) => ReturnType<Check>

/** @throws ProblemError when there is no such checker, or a parameter is unknown or out of range */
export function answerCheck({ name, parameters }: CheckerChoice): AnswerCheck {
  const check = checked(name, parameters)
  return (prompt, answer, expected) => check(askedOf(prompt), answer, expected)
}

function checked(name: string, parameters: CheckerChoice['parameters']): Check {
  try {
    return checkerOf(name, parameters).check
  } catch (thrown) {
    throw new ProblemError({ code: 'bad-input', message: problemOf(thrown).message, where: `checker ${name}` })
  }
}
