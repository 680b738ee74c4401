// The length checker: words, characters, lines or sentences within bounds.
import { failed, passed } from './check.ts'
import { checkerKind } from './checker-kind.ts'
import { characterCount, lineCount, sentenceCount, wordCount } from './text-counts.ts'

const counts = { words: wordCount, characters: characterCount, lines: lineCount, sentences: sentenceCount }

export const length = checkerKind(
  {
    name: 'length',
    label: 'Length',
    meaning: 'The response, without white space around it, is as long as asked. An empty response never passes.',
    expects: null,
    parameters: [
      {
        key: 'unit',
        label: 'Counted in',
        meaning: 'Words are parted by white space; blank lines do not count.',
        kind: 'choice',
        choices: ['words', 'characters', 'lines', 'sentences'],
        default: 'words',
      },
      {
        key: 'at_least',
        label: 'At least',
        meaning: 'Smallest length that passes.',
        kind: 'integer',
        min: 1,
        max: 100_000,
        optional: true,
        default: null,
      },
      {
        key: 'at_most',
        label: 'At most',
        meaning: 'Greatest length that passes.',
        kind: 'integer',
        min: 1,
        max: 100_000,
        optional: true,
        default: null,
      },
    ],
  },
  ({ unit, at_least, at_most }) => {
    if (at_least === null && at_most === null) throw new Error('Checker length needs at_least, at_most or both.')
    if (at_least !== null && at_most !== null && at_least > at_most)
      throw new Error(`Checker length needs at_least of at most at_most, got ${at_least} and ${at_most}.`)
    return (_prompt, response) => {
      const count = counts[unit](response.trim())
      const told = `${count} ${count === 1 ? unit.slice(0, -1) : unit}`
      if (at_least !== null && count < at_least) return failed(`${told}, fewer than ${at_least}`)
      if (at_most !== null && count > at_most) return failed(`${told}, more than ${at_most}`)
      return passed(told)
    }
  },
)
