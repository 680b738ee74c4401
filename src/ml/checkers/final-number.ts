// The number that a worked solution gives as its answer, as GSM8K's graders read it (Cobbe et al. 2021), and more ways to mark it.
import type { ExactNumber } from './exact-number.ts'
import { type FoundNumber, numbersIn, plainNotation } from './numbers-in-text.ts'

/** `value` is null where the number has too many digits or divides by zero; `text` is how it is written. */
export type FinalNumber = { value: ExactNumber | null; text: string }

// Marks behind which the answer stands. Every repetition has a bound, so that no text makes a search long.
const marks =
  /####|\\boxed\{|\banswers?\b["'*_)\]]{0,3}\s{0,3}(?:(?:is|was|are|equals|(?:would|will|should|must) be)\b|=|:)|^[ \t]{0,8}A:/gim

// Numbers of one chain of sums that are looked at; with no bound, many marks before one long chain would take quadratic time.
const longestChain = 40

// A model that runs on asks itself the next question; what it then answers was not asked.
const nextQuestion = /\n[ \t]{0,8}(?:Q|Question|Problem|User|Human)[ \t]{0,3}:/

/**
 * The number behind the last mark (#### 42, \boxed{42}, "the answer is 42", a line "A: 42"); with none, the text's last number.
 * Of a worked sum, 35 + 3 = 38, the result; a sum without one, or a range, is no answer. Null where there is no such number.
 */
export function finalNumber(response: string): FinalNumber | null {
  const text = plainNotation(beforeNextQuestion(response))
  const numbers = numbersIn(text)
  const final = markedNumber(text, numbers) ?? lastNumber(text, numbers)
  return final && { value: final.value, text: text.slice(final.start, final.end) }
}

export function beforeNextQuestion(response: string): string {
  return response.split(nextQuestion, 1)[0]!
}

function markedNumber(text: string, numbers: readonly FoundNumber[]): FoundNumber | null {
  let first = numbers.length
  for (const mark of [...text.matchAll(marks)].reverse()) {
    const from = mark.index + mark[0].length
    while (first > 0 && numbers[first - 1]!.start >= from) first--
    const number = numbers[first]
    if (number && number.start - from <= 40 && belongs(text, number, { from, kind: mark[0] })) {
      const found = result(text, numbers, first)
      if (found) return found
    }
  }
  return null
}

function lastNumber(text: string, numbers: readonly FoundNumber[]): FoundNumber | null {
  let first = numbers.length - 1
  while (first > 0 && first > numbers.length - longestChain && link(text, numbers[first - 1]!, numbers[first]!)) first--
  return result(text, numbers, first)
}

/** Whether what stands between a mark and a number still leads to the answer. */
function belongs(text: string, number: FoundNumber, mark: { from: number; kind: string }): boolean {
  const between = text.slice(mark.from, number.start)
  if (mark.kind === '####') {
    // "#### 2. Setup" is a heading.
    const heading = /^[.):][ \t]{1,4}\S/.test(text.slice(number.end, number.end + 6))
    return /^[ \t$€£]*$/.test(between) && !heading
  }
  if (mark.kind === '\\boxed{') return !closes(between)
  return !/[.!?;](?:\s|$)/.test(between) && !/\n[^\n]*\p{L}|\p{L}[^\n]*\n/u.test(between)
}

function closes(between: string): boolean {
  let depth = 1
  for (const character of between) {
    if (character === '{') depth++
    if (character === '}' && --depth === 0) return true
  }
  return false
}

/** Of a chain such as 35 + 3 = 38 the side of the equation that is a single number, the right one first. */
function result(text: string, numbers: readonly FoundNumber[], first: number): FoundNumber | null {
  if (!numbers[first]) return null
  const sides: FoundNumber[][] = [[numbers[first]]]
  for (let at = first + 1; at < Math.min(numbers.length, first + longestChain); at++) {
    const next = numbers[at]!
    const how = link(text, numbers[at - 1]!, next)
    if (how === null) break
    if (how === 'equals') sides.push([next])
    else sides.at(-1)!.push(next)
  }
  return [sides.at(-1)!, sides[0]!].find((side) => side.length === 1)?.[0] ?? null
}

/** How a number goes on to the next: as two sides of an equation (a unit may stand before its =), as two terms of a side, or not. */
function link(text: string, left: FoundNumber, right: FoundNumber): 'equals' | 'operator' | null {
  if (right.start - left.end > 30) return null
  const gap = text.slice(left.end, right.start)
  if (/^[ \t$€£()%/]*\p{L}*[ \t()]*[=≈][ \t$€£(=]*$/u.test(gap)) return 'equals'
  return /^[ \t$€£()]*[-+*×÷/x\u2212][ \t$€£()]*$/.test(gap) ? 'operator' : null
}
