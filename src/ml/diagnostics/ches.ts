// CHES, the centred hidden embedding similarity of a pair: how likely training on it is to displace the chosen response.
// Razin et al. 2024 (arXiv 2410.08847), Definition 2: with h(x, y<k) the state after the final norm that predicts token k of y, so from
// the prompt's last token up to, and without, the response's last,
//   CHES = < sum_k h(x, y+<k), sum_k h(x, y-<k) > - || sum_k h(x, y+<k) ||^2.

/** The hidden states of a response that predict its tokens, added up [D], and how many they are. */
export type StateSum = { sum: ArrayLike<number>; tokens: number }

/**
 * CHES, in squared units of hidden states; the higher, the more the chosen response is displaced, the theory says. Both terms are squares
 * of large sums, so the difference is taken first: < s+, s- - s+ >.
 */
export function ches(chosen: StateSum, rejected: StateSum): number {
  return centred(chosen.sum, rejected.sum, 1, 1)
}

/** The same of mean states instead of sums, so that long responses do not count for more (there, section 6.1). */
export function lengthNormalisedChes(chosen: StateSum, rejected: StateSum): number {
  return centred(chosen.sum, rejected.sum, chosen.tokens, rejected.tokens)
}

/** < a/m, b/n - a/m > in float64. */
function centred(a: ArrayLike<number>, b: ArrayLike<number>, m: number, n: number): number {
  let total = 0
  for (let d = 0; d < a.length; d++) total += (a[d]! / m) * (b[d]! / n - a[d]! / m)
  return total
}
