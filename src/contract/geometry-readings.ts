// The gradient geometry of probed training pairs, with g the gradient of a response's log-probability over what is trained.
import type { ReadingInfo } from './reading-info.ts'

const of = (label: string, unit: ReadingInfo['unit'], meaning: string) => ({
  label,
  group: 'geometry' as const,
  unit,
  meaning,
})

const tenth = 'A tenth of the pairs lie below this.'
const nineTenths = 'A tenth of the pairs lie above this.'

export const geometryReadings = {
  'geometry/chosen_falls': of(
    'Pairs whose chosen is pulled down',
    'share',
    'Share of probed training pairs with <g+, g-> > ||g+||²: a small gradient step on such a pair alone lowers its chosen response.',
  ),
  'geometry/rejected_rises': of(
    'Pairs whose rejected is pulled up',
    'share',
    'Share of probed training pairs with <g+, g-> > ||g-||²: a small gradient step on such a pair alone raises its rejected response.',
  ),
  'geometry/pull': of(
    'Pull of rejected on chosen',
    '',
    '<g+, g-> / ||g+||², median over pairs: what pushing the rejected down takes from the chosen, as a share of what pushing the chosen up gives it. Above 1 the chosen falls.',
  ),
  'geometry/pull/p10': of('Pull of rejected on chosen, 10 % quantile', '', tenth),
  'geometry/pull/p90': of('Pull of rejected on chosen, 90 % quantile', '', nineTenths),
  'geometry/cosine': of(
    'Cosine of the gradients',
    '',
    '<g+, g-> / (||g+|| ||g-||), mean over pairs: 1 where both responses are moved by the same weights in the same way.',
  ),
  'geometry/cosine/p10': of('Cosine of the gradients, 10 % quantile', '', tenth),
  'geometry/cosine/p90': of('Cosine of the gradients, 90 % quantile', '', nineTenths),
  'geometry/chosen_square': of('||g+||²', '', 'Squared norm of the gradient of the chosen, mean over pairs.'),
  'geometry/rejected_square': of('||g-||²', '', 'Squared norm of the gradient of the rejected, mean over pairs.'),
  'geometry/inner_product': of('<g+, g->', '', 'Inner product of the two gradients, mean over pairs.'),
  'geometry/chosen_norm': of(
    'Gradient of the chosen',
    '',
    '||g+||, mean over pairs. It grows with the length of a response.',
  ),
  'geometry/chosen_norm/p10': of('Gradient of the chosen, 10 % quantile', '', tenth),
  'geometry/chosen_norm/p90': of('Gradient of the chosen, 90 % quantile', '', nineTenths),
  'geometry/rejected_norm': of(
    'Gradient of the rejected',
    '',
    '||g-||, mean over pairs. It grows with the length of a response.',
  ),
  'geometry/rejected_norm/p10': of('Gradient of the rejected, 10 % quantile', '', tenth),
  'geometry/rejected_norm/p90': of('Gradient of the rejected, 90 % quantile', '', nineTenths),
} as const satisfies Record<string, ReadingInfo>
