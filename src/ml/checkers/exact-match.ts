// The exact-match checker, with the normalisation of SQuAD's evaluation script (Rajpurkar et al. 2016).
import { failed, passed, short, undecided } from './check.ts'
import { checkerKind } from './checker-kind.ts'

export const exactMatch = checkerKind(
  {
    name: 'exact-match',
    label: 'Exact match',
    meaning:
      'The response is the expected text, apart from case, punctuation, the articles a, an, the, and white space.',
    expects: 'The right response.',
    parameters: [],
  },
  () => (_prompt, response, expected) => {
    if (expected === null) return undecided('there is no expected answer')
    const right = normalised(expected)
    if (right === '') return undecided('the expected answer has nothing to compare but punctuation and articles')
    const given = normalised(response)
    return given === right ? passed('the same text') : failed(`"${short(given)}", expected "${short(right)}"`)
  },
)

/** Lower case, without ASCII punctuation and English articles, white space made single. */
export function normalised(text: string): string {
  return text
    .toLowerCase()
    .replace(/[!-/:-@[-`{-~]/g, '')
    .replace(/(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu, ' ')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ')
}
