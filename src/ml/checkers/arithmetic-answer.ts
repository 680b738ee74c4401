// The arithmetic checker: a response's final number against the problem's own, exactly.
import { type CheckResult, failed, passed, short, undecided } from './check.ts'
import { checkerKind } from './checker-kind.ts'
import { type ExactNumber, sameNumber } from './exact-number.ts'
import { beforeNextQuestion, finalNumber } from './final-number.ts'
import { starterAnswer } from './starter-problems.ts'

export const arithmeticAnswer = checkerKind(
  {
    name: 'arithmetic-answer',
    label: 'Arithmetic answer',
    meaning:
      'The final number of the response is the right one: behind ####, in \\boxed{}, after "the answer is", or else the last. How it was worked out is not looked at.',
    expects: "The right answer: a number or a right solution. Problems of the starter model's kind need none.",
    parameters: [],
  },
  () => (prompt, response, expected) => {
    const given = expected === null ? null : finalNumber(expected)
    if (given) {
      if (given.value === null)
        return undecided(`the expected answer ${short(given.text)} is no number to compare with`)
      return compared(response, given.value, short(given.text))
    }
    const own = starterAnswer(prompt)
    if (own && 'text' in own) return comparedTexts(response, own.text)
    if (own) return compared(response, own.number, String(own.number.top))
    return undecided(expected === null ? 'there is no expected answer' : 'the expected answer has no final number')
  },
)

function compared(response: string, right: ExactNumber, told: string): CheckResult {
  const final = finalNumber(response)
  if (!final) return failed(`no final number, expected ${told}`)
  if (final.value === null) return failed(`${short(final.text)} is no number to compare with, expected ${told}`)
  return sameNumber(final.value, right)
    ? passed(`${short(final.text)} is right`)
    : failed(`${short(final.text)}, expected ${told}`)
}

function comparedTexts(response: string, right: string): CheckResult {
  const given = beforeNextQuestion(response).trim()
  return given === right
    ? passed(`"${short(given)}" is right`)
    : failed(`"${short(given)}", expected "${short(right)}"`)
}
