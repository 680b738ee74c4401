// Which column plays which part, guessed from the names that common sets of pairs use, unless the user says.
import { numberIn, ProblemError, type ColumnMap, type PairNumbers } from '#contract'

const names = {
  prompt: ['prompt', 'question', 'instruction', 'query', 'input', 'conversations', 'conversation', 'messages'],
  chosen: ['chosen', 'chosen_response', 'response_chosen', 'preferred', 'accepted'],
  rejected: ['rejected', 'rejected_response', 'response_rejected', 'dispreferred'],
  chosenBy: ['chosen_source', 'chosen_model', 'chosen_by', 'chosen-model', 'chosen_name'],
  rejectedBy: ['rejected_source', 'rejected_model', 'rejected_by', 'rejected-model', 'rejected_name'],
  completion: ['completion', 'response', 'answer', 'output'],
  label: ['label', 'kto_tag', 'desirable', 'is_good', 'thumbs_up'],
  completionBy: ['completion_source', 'completion_model', 'completion_by'],
} as const satisfies Record<keyof Omit<ColumnMap, keyof PairNumbers>, readonly string[]>

/** The columns of numbers, TRL's first. Scores are known by both of their names alone. */
const marginName = 'margin'
const scoreNames: [chosen: string, rejected: string][] = [
  ['score_chosen', 'score_rejected'],
  ['chosen_score', 'rejected_score'],
  ['chosen_rating', 'rejected_rating'],
  ['chosen-rating', 'rejected-rating'],
]

/** The parts that only an answer alone has, and those that only a pair has. */
const ofAnswers = ['completion', 'label', 'completionBy'] as const satisfies readonly (keyof ColumnMap)[]
const numbers = ['margin', 'scoreChosen', 'scoreRejected'] as const satisfies readonly (keyof ColumnMap)[]
const ofPairs = [
  'chosen',
  'rejected',
  'chosenBy',
  'rejectedBy',
  ...numbers,
] as const satisfies readonly (keyof ColumnMap)[]

/** Two answers of which none is preferred yet. */
const undecided: [a: string, b: string][] = [
  ['response_a', 'response_b'],
  ['answer_a', 'answer_b'],
  ['response_1', 'response_2'],
  ['answer_1', 'answer_2'],
]

export type Columns = {
  map: ColumnMap
  /** False: the answers wait for a label. */
  given: boolean
  /** Whether rows are answers alone, each good or bad. */
  alone: boolean
  /** LLaMA-Factory's Alpaca form: one column holds [chosen, rejected]. */
  ranked: string | null
  /** A second part of the prompt, and what the system is told. */
  input: string | null
  system: string | null
}

/**
 * @param columns the names that the first rows have
 * @param given an empty name where no column plays a part
 * @param first those rows
 * @throws ProblemError when `given` names a column that is not there
 */
export function columnsOf(
  columns: readonly string[],
  given: ColumnMap | null,
  first: readonly Record<string, unknown>[],
): Columns {
  const has = (name: string) => columns.includes(name)
  const hasLists = (name: string) => first.some((record) => Array.isArray(record[name]))
  for (const [part, column] of Object.entries(given ?? {}))
    if (column && !has(column))
      throw new ProblemError({
        code: 'bad-input',
        message: `There is no column ${JSON.stringify(column)}`,
        where: `map ${part}`,
        advice: `Columns: ${columns.slice(0, 30).join(', ') || 'none'}`,
      })
  const part = (name: keyof typeof names) => given?.[name] ?? names[name].find(has)
  const all: ColumnMap = {
    ...Object.fromEntries((Object.keys(names) as (keyof typeof names)[]).map((name) => [name, part(name)])),
    ...numberColumns(given, first),
  }
  const found = Object.fromEntries(Object.entries(all).filter(([, column]) => column)) as ColumnMap
  const input = found.prompt === 'instruction' && has('input') ? 'input' : null
  const system = ['system', 'system_prompt'].find(has) ?? null
  const asked = Boolean(given?.completion)
  const paired = Boolean(found.chosen ?? found.rejected) && !asked
  const ranked = !paired && !asked && has('output') && hasLists('output') ? 'output' : null
  const [a, b] = (!paired && !asked && !ranked && undecided.find((two) => two.every(has))) || []
  // A prompt that is a whole conversation may end with its answer.
  const answer = found.completion !== undefined || (found.prompt !== undefined && hasLists(found.prompt))
  const alone = !paired && !ranked && !a && (asked || (answer && found.label !== undefined))
  const map = without(found, alone ? ofPairs : ofAnswers)
  const rest = { alone, ranked, input, system }
  if (!a || !b) return { map, given: true, ...rest }
  // Of two answers without a choice nobody knows which one a number speaks for.
  return { map: { ...without(map, numbers), chosen: a, rejected: b }, given: false, ...rest }
}

/**
 * A column counts as one of numbers by its name only where a row holds one: `margin` may be a page's, or a word. By their names they speak
 * for the sides that the file names so: where the two are exchanged, none is taken for the other's.
 */
function numberColumns(given: ColumnMap | null, first: readonly Record<string, unknown>[]): ColumnMap {
  const hasNumbers = (name: string) => first.some((record) => typeof numberIn(record[name]) === 'number')
  const named = (column: string | undefined, side: readonly string[]) => column !== undefined && side.includes(column)
  const exchanged = named(given?.chosen, names.rejected) || named(given?.rejected, names.chosen)
  const [chosen, rejected] = (!exchanged && scoreNames.find((two) => two.every(hasNumbers))) || []
  return {
    ...(!exchanged && hasNumbers(marginName) && { margin: marginName }),
    ...(chosen && { scoreChosen: chosen, scoreRejected: rejected }),
    ...Object.fromEntries(numbers.flatMap((part) => (given?.[part] === undefined ? [] : [[part, given[part]]]))),
  }
}

function without(map: ColumnMap, parts: readonly (keyof ColumnMap)[]): ColumnMap {
  return Object.fromEntries(Object.entries(map).filter(([part]) => !parts.includes(part as keyof ColumnMap)))
}
