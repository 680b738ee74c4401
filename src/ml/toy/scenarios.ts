// Where the toy starts: the four scenarios of the 3D-Properties paper (arXiv 2406.07327, section 3.2.1, Fig. 3), for any size.
import { randomStream } from '../random.ts'
import type { ScenarioName, ToySettings, ToySize } from './plan.ts'

/** Probability of all responses of a kind together: of four prompts 0.12 each where it is on-policy, 0.02 each where it is off. */
const ON = 0.48
const OFF = 0.08

/**
 * Which sides are on-policy, by the names of the paper's Table 3. The panels of its Fig. 3 show 2 and 3 the other way round.
 * `last`: the probability of the last column that no pair holds; the others of them share the rest.
 */
const scenarios: Record<ScenarioName, { chosen: number; rejected: number; last: number }> = {
  1: { chosen: ON, rejected: ON, last: 0.01 },
  2: { chosen: OFF, rejected: ON, last: 0.04 },
  3: { chosen: ON, rejected: OFF, last: 0.04 },
  4: { chosen: OFF, rejected: OFF, last: 0.04 },
}

/**
 * log pi_0(y|x) in nats, [R], the same for every prompt. With 4 prompts and 10 responses these are the paper's tables to the digit.
 * Throws where R <= 2 P: nothing would be unseen.
 */
export function startRow(scenario: ScenarioName, { prompts, responses }: ToySize): Float64Array {
  const never = responses - 2 * prompts
  if (never < 1) throw new Error(`${prompts} prompts need more than ${2 * prompts} responses, got ${responses}.`)
  const { chosen, rejected, last } = scenarios[scenario]
  const rest = 1 - chosen - rejected
  const row = new Float64Array(responses)
  row.fill(Math.log(chosen / prompts), 0, prompts)
  row.fill(Math.log(rejected / prompts), prompts, 2 * prompts)
  row.fill(Math.log(never === 1 ? rest : (rest - last) / (never - 1)), 2 * prompts)
  if (never > 1) row[responses - 1] = Math.log(last)
  return row
}

/** The rejected column of each prompt; its chosen column is its own number. */
export type ToyPairs = readonly number[]

/** Fig. 1: 0 > 4, 1 > 6, 2 > 7, 3 > 5. */
const figureOne: ToyPairs = [4, 6, 7, 5]

/** The pairs of a step. Fixed ones are those of Fig. 1 for four prompts, else prompt i rejects column P + i. */
export function pairsAt(step: number, { prompts, pairs }: ToySettings, seed: number): ToyPairs {
  if (pairs === 'redrawn') {
    const draw = randomStream(seed, 'toy pairs', step)
    return Array.from({ length: prompts }, (_, prompt) => prompts + draw.integer(prompt, prompts))
  }
  return prompts === figureOne.length ? figureOne : Array.from({ length: prompts }, (_, prompt) => prompts + prompt)
}

/** What a response is to a prompt. */
export type CellKind = 'chosen' | 'rejected' | 'other-chosen' | 'other-rejected' | 'never'

/** The kind of every cell, [P x R] row by row. With redrawn pairs every rejected column is one of the prompt's own. */
export function cellKinds(settings: ToySettings): CellKind[] {
  const { prompts, responses, pairs } = settings
  const own = pairs === 'redrawn' ? null : pairsAt(0, settings, 0)
  return Array.from({ length: prompts * responses }, (_, cell) => {
    const [prompt, response] = [Math.floor(cell / responses), cell % responses]
    if (response < prompts) return response === prompt ? 'chosen' : 'other-chosen'
    if (response >= 2 * prompts) return 'never'
    return !own || own[prompt] === response ? 'rejected' : 'other-rejected'
  })
}
