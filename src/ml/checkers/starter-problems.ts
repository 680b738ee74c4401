// The answers of the starter model's problems (starter/problems.ts), read off the prompt: sums in few fixed forms, nothing evaluated.
import { type ExactNumber, negativeOf, productOf, sumOf, wholeNumber } from './exact-number.ts'

/** The answer to a problem: a number, or the text that the whole response must be. */
export type StarterAnswer = { number: ExactNumber } | { text: string }

// Numbers have at most nine digits and a prompt two lines: whatever else a prompt holds is not one of these forms.
const has = /^\p{L}+ has (\d{1,9}) \p{L}+(.*)\. How many (?:now|are left)\?$/u
const action = /^(?:,| and|, and) (finds|gets|buys another|buys|gives away|loses|sells) (\d{1,9})(?: more)?(?=,| and|$)/
const packs = /^\p{L}+ buys (\d{1,9}) (?:bags|boxes|packs) with (\d{1,9}) \p{L}+ each\. How many in all\?$/u
const greater = /^Which number is greater, (\d{1,9}) or (\d{1,9})\?$/
const word = /^Write the word (\p{L}{1,40}) (in capital letters|backwards|(\d{1,2}) times)\.$/u
const firstLetter = /^What is the first letter of the word (\p{L}{1,40})\?$/u

/** Null where the prompt is none of the starter's forms. */
export function starterAnswer(prompt: string): StarterAnswer | null {
  if (prompt.length > 500) return null
  const question = prompt.trim().replace(/^Q: /, '').replace(/\nA:$/, '')
  const own = has.exec(question)
  if (own) return countedUp(wholeNumber(BigInt(own[1]!)), own[2]!)
  const bought = packs.exec(question)
  if (bought) return { number: productOf(wholeNumber(BigInt(bought[1]!)), wholeNumber(BigInt(bought[2]!))) }
  const two = greater.exec(question)
  if (two) return { number: wholeNumber(Math.max(Number(two[1]), Number(two[2]))) }
  const letter = firstLetter.exec(question)
  if (letter) return { text: [...letter[1]!][0]! }
  const writing = word.exec(question)
  return writing ? { text: written(writing[1]!, writing[2]!, Number(writing[3] ?? 1)) } : null
}

function countedUp(start: ExactNumber, actions: string): StarterAnswer | null {
  let count = start
  for (let rest = actions; rest !== '';) {
    const next = action.exec(rest)
    if (!next) return null
    const amount = wholeNumber(BigInt(next[2]!))
    count = sumOf(count, /^(?:finds|gets|buys)/.test(next[1]!) ? amount : negativeOf(amount))
    rest = rest.slice(next[0].length)
  }
  return { number: count }
}

function written(text: string, how: string, times: number): string {
  if (how === 'backwards') return [...text].reverse().join('')
  return how === 'in capital letters' ? text.toUpperCase() : Array(times).fill(text).join(' ')
}
