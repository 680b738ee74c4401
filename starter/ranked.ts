// Right answers to sums and the same with one result changed: pairs for a reward model, as many as wanted, made by a program alone.
import { randomStream } from '#ml'
import { isRight, problemAt, type Problem } from './problems.ts'

/** `kind` as of the problem. */
export type RankedPair = { prompt: string; chosen: string; rejected: string; kind: Problem['kind'] }

/** How far a wrong result is from the right one, as often as each stands here: near misses mostly. */
const shifts = [1, 1, 1, 2, 3, 5, 9, 10, 10, 20]

export type Ranking = { from?: number; cut?: boolean; without?: ReadonlySet<string> }

/**
 * `count` pairs of distinct prompts, of problems `from` on, none of `without`. `cut`: both answers end with the number in which they
 * differ, where it is easier to learn what makes one wrong.
 */
export function rankedPairs(
  seed: number,
  count: number,
  { from = 0, cut = false, without = new Set() }: Ranking = {},
): RankedPair[] {
  const pairs: RankedPair[] = []
  const met = new Set(without)
  for (let index = from; pairs.length < count; index++) {
    const problem = problemAt(seed, 'ranked', index)
    const { prompt, response, kind } = problem
    const rejected = met.has(prompt) ? null : changed(problem, randomStream(seed, 'ranked-wrong', index))
    if (rejected === null) continue
    met.add(prompt)
    pairs.push({ prompt, ...(cut ? cutWhereTheyDiffer(response, rejected) : { chosen: response, rejected }), kind })
  }
  return pairs
}

/** The response with its last result changed, and the answer with it; null where there is no sum, or it came out right. */
function changed(problem: Problem, stream: ReturnType<typeof randomStream>): string | null {
  const last = [...problem.response.matchAll(/= (\d+)/g)].at(-1)?.[1]
  if (last === undefined) return null
  const sign = stream.integer(1, 2) ? 1 : -1
  const wrong = Math.abs(Number(last) + sign * shifts[stream.integer(0, shifts.length)]!)
  const response = problem.response.replace(`= ${last}. The answer is ${last}.`, `= ${wrong}. The answer is ${wrong}.`)
  return isRight(problem, response) ? null : response
}

function cutWhereTheyDiffer(chosen: string, rejected: string): { chosen: string; rejected: string } {
  const ends = (text: string) => [...text.matchAll(/= \d+/g)].map((match) => match.index + match[0].length)
  const [right, wrong] = [ends(chosen), ends(rejected)]
  const at = right.findIndex((end, i) => chosen.slice(0, end) !== rejected.slice(0, wrong[i]))
  return { chosen: chosen.slice(0, right[at]), rejected: rejected.slice(0, wrong[at]) }
}
