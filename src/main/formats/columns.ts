// Which column plays which part, guessed from the names that common sets of pairs use, unless the user says.
import { ProblemError, type ColumnMap } from '#contract'

const names = {
  prompt: ['prompt', 'question', 'instruction', 'query', 'input', 'conversations', 'conversation', 'messages'],
  chosen: ['chosen', 'chosen_response', 'response_chosen', 'preferred', 'accepted'],
  rejected: ['rejected', 'rejected_response', 'response_rejected', 'dispreferred'],
  chosenBy: ['chosen_source', 'chosen_model', 'chosen_by', 'chosen-model', 'chosen_name'],
  rejectedBy: ['rejected_source', 'rejected_model', 'rejected_by', 'rejected-model', 'rejected_name'],
} as const satisfies Record<keyof ColumnMap, readonly string[]>

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
  const map: ColumnMap = Object.fromEntries(
    (Object.keys(names) as (keyof ColumnMap)[]).flatMap((name) => {
      const column = part(name)
      return column === undefined ? [] : [[name, column]]
    }),
  )
  const input = map.prompt === 'instruction' && has('input') ? 'input' : null
  const system = ['system', 'system_prompt'].find(has) ?? null
  const ranked = !map.chosen && !map.rejected && has('output') && hasLists('output') ? 'output' : null
  if (!ranked && !map.chosen && !map.rejected) {
    const [a, b] = undecided.find((two) => two.every(has)) ?? []
    if (a && b) return { map: { ...map, chosen: a, rejected: b }, given: false, ranked, input, system }
  }
  return { map, given: true, ranked, input, system }
}
