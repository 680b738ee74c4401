// Responses in groups of like length: attention works on rows of one length, and what a row is longer than its response is
// computed for nothing. Each group costs operations of its own, so a model of few numbers is better off with few.

/** A response: its tokens, and those of the prompt before it. */
export type Response = { tokens: number; prompt: number }

/** The most groups that a batch is parted into. */
export const mostGroups = 4

/** Sides of rows come in multiples of this: few forms. */
export const rowStep = 16

/** What the operations of one more group cost in each layer, in the arithmetic that could be done meanwhile, FLOP. Measured. */
const perGroup = 135e6

/** Scores of attention, of one head, that rows of `count` responses have: each row reads the longest prompt and the longest response. */
function scores(count: number, tokens: number, prompt: number): number {
  return count * roundedUp(tokens) * (roundedUp(prompt) + roundedUp(tokens))
}

/** At most `groups` groups of responses by length, the shortest first, cut so that they have the fewest scores in all. */
export function groupedByLength<T extends Response>(responses: readonly T[], groups: number): T[][] {
  const { ordered, cuts } = cheapestCuts(responses, groups)
  return cuts.slice(1).map((cut, g) => ordered.slice(cuts[g], cut))
}

function cheapestCuts<T extends Response>(responses: readonly T[], groups: number) {
  const ordered = responses.toSorted((a, b) => a.tokens - b.tokens)
  const widest = (of: readonly T[]) => of.reduce((most, { prompt }) => Math.max(most, prompt), 1)
  // best[end]: the cheapest cuts of the first `end` + 1 responses into the groups so far; the last of them is the longest.
  let best = ordered.map(({ tokens }, end) => ({
    cost: scores(end + 1, tokens, widest(ordered.slice(0, end + 1))),
    cuts: [0, end + 1],
  }))
  for (let g = 1; g < groups; g++) {
    best = best.map((whole, end) => {
      let least = { cost: Infinity, cuts: whole.cuts }
      let prompt = 1
      for (let cut = end - 1; cut >= 0; cut--) {
        prompt = Math.max(prompt, ordered[cut + 1]!.prompt)
        const sum = best[cut]!.cost + scores(end - cut, ordered[end]!.tokens, prompt)
        if (sum <= least.cost) least = { cost: sum, cuts: [...best[cut]!.cuts, end + 1] }
      }
      return least.cost < whole.cost ? least : whole
    })
  }
  return { ordered, ...(best.at(-1) ?? { cost: 0, cuts: [0] }) }
}

/**
 * The number of groups, from 1 to `mostGroups`, with which a layer's attention takes the least time over these batches. Counted for
 * a forward and backward pass; both halves shrink alike for a forward pass alone.
 */
export function groupsWorth(
  batches: readonly (readonly Response[])[],
  { heads, headDim }: { heads: number; headDim: number },
): number {
  // Six products, and about ten passes of element-wise operations, each as long as 60 operations of a product.
  const perScore = heads * (12 * headDim + 600)
  const costs = Array.from({ length: mostGroups }, (_, g) => {
    const total = batches.reduce((sum, batch) => sum + cheapestCuts(batch, g + 1).cost, 0)
    return (total / Math.max(1, batches.length)) * perScore + g * perGroup
  })
  return 1 + costs.indexOf(Math.min(...costs))
}

function roundedUp(length: number): number {
  return Math.ceil(Math.max(1, length) / rowStep) * rowStep
}
