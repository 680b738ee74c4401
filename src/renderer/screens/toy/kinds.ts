// What each cell of the table is before a run tells it.
import type { ToyKind } from '#contract'

/** Row by row. `pairs`: the rejected column of each prompt, where it is known. */
export function kindsOf(prompts: number, responses: number, pairs: readonly number[] = []): ToyKind[] {
  const kindAt = (p: number, r: number): ToyKind => {
    if (r >= 2 * prompts) return 'never'
    if (r >= prompts) return pairs[p] === r ? 'rejected' : 'other-rejected'
    return r === p ? 'chosen' : 'other-chosen'
  }
  return Array.from({ length: prompts * responses }, (_, i) => kindAt(Math.floor(i / responses), i % responses))
}
