// The gradient geometry of probed training pairs, with g the gradient of a response's log-probability over what is trained.
import type { ReadingInfo } from './reading-info.ts'
import { withTenths } from './tenths.ts'

const of = (label: string, unit: ReadingInfo['unit'], meaning: string) => ({
  label,
  group: 'geometry' as const,
  unit,
  meaning,
})

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
  ...withTenths(
    'geometry/pull',
    of(
      'Pull of rejected on chosen',
      '',
      '<g+, g-> / ||g+||², median over pairs: what pushing the rejected down takes from the chosen, as a share of what pushing the chosen up gives it. Above 1 the chosen falls.',
    ),
    'the pairs',
  ),
  ...withTenths(
    'geometry/cosine',
    of(
      'Cosine of the gradients',
      '',
      '<g+, g-> / (||g+|| ||g-||), mean over pairs: 1 where both responses are moved by the same weights in the same way.',
    ),
    'the pairs',
  ),
  'geometry/chosen_square': of('||g+||²', '', 'Squared norm of the gradient of the chosen, mean over pairs.'),
  'geometry/rejected_square': of('||g-||²', '', 'Squared norm of the gradient of the rejected, mean over pairs.'),
  'geometry/inner_product': of('<g+, g->', '', 'Inner product of the two gradients, mean over pairs.'),
  ...withTenths(
    'geometry/chosen_norm',
    of('Gradient of the chosen', '', '||g+||, mean over pairs. It grows with the length of a response.'),
    'the pairs',
  ),
  ...withTenths(
    'geometry/rejected_norm',
    of('Gradient of the rejected', '', '||g-||, mean over pairs. It grows with the length of a response.'),
    'the pairs',
  ),
} as const satisfies Record<string, ReadingInfo>
