// Useful floating-point operations of a preference step: what its pairs need, however a program computes them.

/** Sizes of a decoder-only transformer, in numbers. `blockMatrices` is the sum of the sizes of all linear maps inside its blocks. */
export type FlopsModel = { layers: number; heads: number; headDim: number; D: number; V: number; blockMatrices: number }

/** What is trained: every weight, or low-rank matrices that have `adapter` numbers in all, A and B together. */
export type FlopsTraining = { tuning: 'full' } | { tuning: 'lora'; adapter: number }

/** Lengths of one pair in tokens. `scored` is the number of response tokens of both sides whose log-probability is wanted. */
export type FlopsUnit = { shared: number; chosen: number; rejected: number; scored: number }

/**
 * Useful FLOPs of one forward and backward pass over `units`; a multiply and an add are two.
 *
 * Counted, with each prompt once: linear maps (2 per weight and token) forward, again for the gradient of their input, and again
 * for the gradient of each weight that is trained; attention by the pairs of tokens that see each other (q k^T and the weighted
 * sum of v forward, twice that backward); the head on the positions that predict a response token and on no others.
 * Not counted: recomputation, padding, a prompt's second copy, element-wise work, norms, softmax and the optimiser. Of what is
 * counted, the input gradient of the very first block is a few parts in a thousand more than a frozen embedding needs.
 */
export function usefulFlops(model: FlopsModel, units: readonly FlopsUnit[], training: FlopsTraining): number {
  const { layers, heads, headDim, D, V, blockMatrices } = model
  const sum = (of: (unit: FlopsUnit) => number) => units.reduce((total, unit) => total + of(unit), 0)
  const tokens = sum(({ shared, chosen, rejected }) => shared + chosen + rejected)
  const scored = sum((unit) => unit.scored)
  const full = training.tuning === 'full'
  const adapter = training.tuning === 'lora' ? training.adapter : 0
  const products = (weights: number, rows: number, trained: boolean) => 2 * weights * rows * (trained ? 3 : 2)
  const linear = products(blockMatrices, tokens, full) + products(adapter, tokens, true)
  const head = products(D * V, scored, full)
  const attention = 3 * layers * 4 * heads * headDim * sum(seenPairs)
  return linear + head + attention
}

/** Pairs (reader, read) of tokens in one unit: the prompt reads itself causally, each branch the whole prompt and itself. */
export function seenPairs({ shared, chosen, rejected }: Omit<FlopsUnit, 'scored'>): number {
  const causal = (length: number) => (length * (length + 1)) / 2
  return causal(shared) + shared * (chosen + rejected) + causal(chosen) + causal(rejected)
}
