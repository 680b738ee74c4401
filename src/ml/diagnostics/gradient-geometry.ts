// What gradients say of a pair: whether pushing the rejected response down pulls the chosen one along.
import { defined, mean, quantile, share } from './quantiles.ts'

/** Of one pair, with g = gradient of log pi of a whole response over the trained parameters: ||g+||^2, ||g-||^2 and <g+, g->. */
export type PairGeometry = { chosen: number; rejected: number; inner: number }

/**
 * Readings of the gradient geometry of probed training pairs. A gradient step of a loss of the margin moves the parameters along g+ - g-, and so to first order
 * log pi of the chosen by ||g+||^2 - <g+, g-> and of the rejected by <g+, g-> - ||g-||^2, both times the step and the loss's slope
 * (Yuan et al. 2024, arXiv 2410.13828; Razin et al. 2024, arXiv 2410.08847). Hence, means over pairs unless said otherwise:
 * `chosen_falls` the share of pairs with <g+, g-> > ||g+||^2, whose chosen falls; `rejected_rises` that with <g+, g-> > ||g-||^2;
 * `pull` <g+, g-> / ||g+||^2, median with 10 % and 90 % quantiles: above 1 the chosen falls; with the weights of Flex-DPO above beta+ / beta-;
 * `cosine` <g+, g-> / (||g+|| ||g-||); `chosen_norm`, `rejected_norm` ||g||, with quantiles. Squares grow with the length of a response, pull and cosine do not.
 * A pair with a gradient of zero has no pull and no cosine.
 */
export function geometryReadings(pairs: readonly PairGeometry[]) {
  const pulls = pairs.filter(({ chosen }) => chosen > 0).map(({ chosen, inner }) => inner / chosen)
  const cosines = pairs
    .filter(({ chosen, rejected }) => chosen > 0 && rejected > 0)
    .map(({ chosen, rejected, inner }) => inner / (Math.sqrt(chosen) * Math.sqrt(rejected)))
  const norms = (side: 'chosen' | 'rejected') => pairs.map((pair) => Math.sqrt(pair[side]))
  return defined({
    'geometry/chosen_falls': share(pairs, chosenFalls),
    'geometry/rejected_rises': share(pairs, ({ rejected, inner }) => inner > rejected),
    'geometry/pull': quantile(pulls, 0.5),
    'geometry/pull/p10': quantile(pulls, 0.1),
    'geometry/pull/p90': quantile(pulls, 0.9),
    'geometry/cosine': mean(cosines),
    'geometry/cosine/p10': quantile(cosines, 0.1),
    'geometry/cosine/p90': quantile(cosines, 0.9),
    'geometry/chosen_square': mean(pairs.map(({ chosen }) => chosen)),
    'geometry/rejected_square': mean(pairs.map(({ rejected }) => rejected)),
    'geometry/inner_product': mean(pairs.map(({ inner }) => inner)),
    'geometry/chosen_norm': mean(norms('chosen')),
    'geometry/chosen_norm/p10': quantile(norms('chosen'), 0.1),
    'geometry/chosen_norm/p90': quantile(norms('chosen'), 0.9),
    'geometry/rejected_norm': mean(norms('rejected')),
    'geometry/rejected_norm/p10': quantile(norms('rejected'), 0.1),
    'geometry/rejected_norm/p90': quantile(norms('rejected'), 0.9),
  })
}

/** Whether a small gradient step on this pair alone lowers its chosen response. */
export function chosenFalls({ chosen, inner }: PairGeometry): boolean {
  return inner > chosen
}
