// How alike a model reads the two responses of a pair.
import type { StateSum } from './ches.ts'

/**
 * Cosine of the mean hidden states of both responses, -1 to 1: those of CHES (ches.ts), after the final norm. Means and sums point the
 * same way. 1 for a pair whose sides the model reads alike. 0 where a state is zero. The similarity that Razin et al. 2024 (arXiv
 * 2410.08847, section 5) compare CHES with is that of last states; the mean does not hang on one token.
 */
export function embeddingOverlap(chosen: StateSum, rejected: StateSum): number {
  let [product, a, b] = [0, 0, 0]
  for (let d = 0; d < chosen.sum.length; d++) {
    product += chosen.sum[d]! * rejected.sum[d]!
    a += chosen.sum[d]! ** 2
    b += rejected.sum[d]! ** 2
  }
  return a > 0 && b > 0 ? Math.max(-1, Math.min(1, product / Math.sqrt(a * b))) : 0
}
