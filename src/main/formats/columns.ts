// Which column plays which part, guessed from the names that common sets of pairs use, unless the user says.
import { ProblemError, type ColumnMap } from '#contract'

const names = {
  prompt: ['prompt', 'question', 'instruction', 'query', 'input', 'conversations', 'conversation', 'messages'],
  chosen: ['chosen', 'chosen_response', 'response_chosen', 'preferred', 'accepted'],
  rejected: ['rejected', 'rejected_response', 'response_rejected', 'dispreferred'],
  chosenBy: ['chosen_source', 'chosen_model', 'chosen_by', 'chosen-model', 'chosen_name'],
  rejectedBy: ['rejected_source', 'rejected_model', 'rejected_by', 'rejected-model', 'rejected_name'],
  completion: ['completion', 'response', 'answer', 'output'],
  label: ['label', 'kto_tag', 'desirable', 'is_good', 'thumbs_up'],
  completionBy: ['completion_source', 'completion_model', 'completion_by'],
} as const satisfies Record<keyof ColumnMap, readonly string[]>

/** The parts that only an answer alone has, and those that only a pair has. */
const ofAnswers = ['completion', 'label', 'completionBy'] as const satisfies readonly (keyof ColumnMap)[]
const ofPairs = ['chosen', 'rejected', 'chosenBy', 'rejectedBy'] as const satisfies readonly (keyof ColumnMap)[]

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
 * @throws ProblemError when `given` names a column that is not there
 */
export function columnsOf(
  columns: readonly string[],
  given: ColumnMap | null,
  hasLists: (name: string) => boolean,
): Columns {
  const has = (name: string) => columns.includes(name)
  for (const [part, column] of Object.entries(given ?? {}))
    if (column !== undefined && !has(column))
      throw new ProblemError({
        code: 'bad-input',
        message: `There is no column ${JSON.stringify(column)}`,
        where: `map ${part}`,
        advice: `Columns: ${columns.slice(0, 30).join(', ') || 'none'}`,
      })
  const part = (name: keyof ColumnMap) => given?.[name] ?? names[name].find(has)
  const found: ColumnMap = Object.fromEntries(
    (Object.keys(names) as (keyof ColumnMap)[]).flatMap((name) => {
      const column = part(name)
      return column === undefined ? [] : [[name, column]]
    }),
  )
  const input = found.prompt === 'instruction' && has('input') ? 'input' : null
  const system = ['system', 'system_prompt'].find(has) ?? null
  const asked = given?.completion !== undefined
  const paired = Boolean(found.chosen ?? found.rejected) && !asked
  const ranked = !paired && !asked && has('output') && hasLists('output') ? 'output' : null
  const [a, b] = (!paired && !asked && !ranked && undecided.find((two) => two.every(has))) || []
  // A prompt that is a whole conversation may end with its answer.
  const answer = found.completion !== undefined || (found.prompt !== undefined && hasLists(found.prompt))
  const alone = !paired && !ranked && !a && (asked || (answer && found.label !== undefined))
  const map = without(found, alone ? ofPairs : ofAnswers)
  const rest = { alone, ranked, input, system }
  return a && b ? { map: { ...map, chosen: a, rejected: b }, given: false, ...rest } : { map, given: true, ...rest }
}

function without(map: ColumnMap, parts: readonly (keyof ColumnMap)[]): ColumnMap {
  return Object.fromEntries(Object.entries(map).filter(([part]) => !parts.includes(part as keyof ColumnMap)))
}
