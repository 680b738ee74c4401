// The keyword checker: words that a response must have and words that it must not have.
import { judged } from './check.ts'
import { checkerKind } from './checker-kind.ts'
import { occurrences } from './text-search.ts'

export const contains = checkerKind(
  {
    name: 'contains',
    label: 'Keywords',
    meaning:
      'The response has every required text and none of the forbidden ones. Its score is the share of these that it keeps.',
    expects: null,
    parameters: [
      {
        key: 'required',
        label: 'Required',
        meaning: 'Texts that must stand in the response.',
        kind: 'texts',
        most: 50,
        longest: 200,
        default: [],
      },
      {
        key: 'forbidden',
        label: 'Forbidden',
        meaning: 'Texts that must not stand in the response.',
        kind: 'texts',
        most: 50,
        longest: 200,
        default: [],
      },
      {
        key: 'whole_words',
        label: 'Whole words',
        meaning: 'A text does not count inside a longer word: "rock" not in "rocket".',
        kind: 'switch',
        default: true,
      },
      {
        key: 'match_case',
        label: 'Match case',
        meaning: 'Capital and small letters are told apart.',
        kind: 'switch',
        default: false,
      },
    ],
  },
  ({ required, forbidden, whole_words, match_case }) => {
    if (required.length + forbidden.length === 0)
      throw new Error('Checker contains needs at least one text in required or forbidden.')
    const options = { wholeWords: whole_words, matchCase: match_case }
    return (_prompt, response) =>
      judged([
        ...required.map((text) => ({ kept: occurrences(response, text, options) > 0, rule: `has "${text}"` })),
        ...forbidden.map((text) => ({ kept: occurrences(response, text, options) === 0, rule: `has no "${text}"` })),
      ])
  },
)
