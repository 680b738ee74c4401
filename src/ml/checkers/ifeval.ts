// The instructions checker: does a response keep the instructions that come with its prompt, in the form of IFEval's data?
import { judged, type Ruling, short, undecided } from './check.ts'
import { checkerKind } from './checker-kind.ts'
import { formInstructions } from './ifeval-form.ts'
import { lengthInstructions } from './ifeval-length.ts'
import { wordInstructions } from './ifeval-words.ts'
import { verseInstructions } from './verse.ts'

const kinds = { ...wordInstructions, ...lengthInstructions, ...formInstructions, ...verseInstructions }

/** Names of the instructions that are known, in the form of IFEval's instruction_id_list: IFEval's own, and those of verse. */
export const instructionNames: readonly string[] = Object.keys(kinds)

const mostInstructions = 50

export const instructions = checkerKind(
  {
    name: 'instructions',
    label: 'Instructions (IFEval)',
    meaning:
      'The response keeps every instruction that comes with the prompt, read strictly. Its score is the share that it keeps. Which language a response is in is not decided.',
    expects: 'JSON with instruction_id_list and kwargs, as a row of IFEval has them.',
    parameters: [],
  },
  () => (_prompt, response, expected) => {
    const given = expected === null ? 'there are no instructions' : readInstructions(expected)
    if (typeof given === 'string') return undecided(given)
    return judged(given.map(({ name, values }) => rulingOf(name, values, response)))
  },
)

type Given = { name: string; values: Readonly<Record<string, unknown>> }

/** The instructions in a text from data, or in words why there are none to read. */
function readInstructions(text: string): Given[] | string {
  const row = parsed(text)
  if (row === null) return 'the instructions are no JSON object'
  const { instruction_id_list: names, kwargs } = row
  if (!Array.isArray(names) || !Array.isArray(kwargs) || names.length !== kwargs.length)
    return 'instruction_id_list and kwargs must be two lists of the same length'
  if (names.length > mostInstructions) return `there are more than ${mostInstructions} instructions`
  return names.map((name, at) => ({
    name: typeof name === 'string' ? name : '',
    values: record(kwargs[at]) ?? {},
  }))
}

function rulingOf(name: string, values: Given['values'], response: string): Ruling {
  // The name comes from data: it must not reach what every object inherits.
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  return kind ? kind(values, response) : { kept: null, rule: `an unknown instruction ${JSON.stringify(short(name))}` }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return record(JSON.parse(text))
  } catch {
    return null
  }
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
