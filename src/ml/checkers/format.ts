// The format checker: rules for the outer form of a response, of which any may be set.
import { judged, type Ruling } from './check.ts'
import { checkerKind } from './checker-kind.ts'
import { bulletCount, hasTitle, isJson, isLowerCase, isQuoted, isUpperCase, listNumbers } from './text-shape.ts'

const rule = <const Key extends string>(key: Key, label: string, meaning: string) =>
  ({ key, label, meaning, kind: 'switch', default: false }) as const
const number = <const Key extends string>(key: Key, label: string, meaning: string) =>
  ({ key, label, meaning, kind: 'integer', min: 1, max: 1000, optional: true, default: null }) as const
const text = <const Key extends string>(key: Key, label: string, meaning: string) =>
  ({ key, label, meaning, kind: 'text', longest: 1000, default: '' }) as const

export const format = checkerKind(
  {
    name: 'format',
    label: 'Format',
    meaning: 'The response has the form that the rules ask. Its score is the share of the rules that it keeps.',
    expects: null,
    parameters: [
      rule('json', 'JSON', 'The whole response is one JSON value, in a Markdown fence or not.'),
      number('numbered', 'Numbered list', 'Lines numbered 1. to this number, no more and no fewer.'),
      number('bullets', 'Bullets', 'So many lines that begin with -, *, + or •.'),
      rule('title', 'Title', 'A title in double angular brackets: <<title>>.'),
      {
        key: 'letters',
        label: 'Letters',
        meaning: 'Whether all letters are small, or all capitals.',
        kind: 'choice',
        choices: ['any', 'lower case', 'upper case'],
        default: 'any',
      },
      rule('no_commas', 'No commas', 'There is no comma (,) anywhere.'),
      text('starts_with', 'Starts with', 'The first characters, white space aside.'),
      text('ends_with', 'Ends with', 'The last characters, white space aside.'),
      rule('quoted', 'In quotes', 'The whole response stands in straight double quotation marks.'),
    ],
  },
  (asked) => {
    const rulings = (response: string): Ruling[] => {
      const trimmed = response.trim()
      const numbers = asked.numbered === null ? [] : listNumbers(response)
      return [
        asked.json && { kept: isJson(response), rule: 'is JSON' },
        asked.numbered !== null && {
          kept: numbers.length === asked.numbered && numbers.every((found, at) => found === at + 1),
          rule: `a list numbered 1 to ${asked.numbered}`,
        },
        asked.bullets !== null && { kept: bulletCount(response) === asked.bullets, rule: `${asked.bullets} bullets` },
        asked.title && { kept: hasTitle(response), rule: 'has a <<title>>' },
        asked.letters === 'lower case' && { kept: isLowerCase(response), rule: 'all lower case' },
        asked.letters === 'upper case' && { kept: isUpperCase(response), rule: 'all upper case' },
        asked.no_commas && { kept: !response.includes(','), rule: 'no commas' },
        asked.starts_with.trim() !== '' && {
          kept: trimmed.startsWith(asked.starts_with.trim()),
          rule: `starts with "${asked.starts_with.trim()}"`,
        },
        asked.ends_with.trim() !== '' && {
          kept: trimmed.endsWith(asked.ends_with.trim()),
          rule: `ends with "${asked.ends_with.trim()}"`,
        },
        asked.quoted && { kept: isQuoted(response), rule: 'in quotation marks' },
      ].filter((ruling) => ruling !== false)
    }
    if (rulings('').length === 0) throw new Error('Checker format needs at least one rule.')
    return (_prompt, response) => judged(rulings(response))
  },
)
