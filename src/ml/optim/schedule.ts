// Learning rate by step: the schedules of Transformers' get_scheduler (linear, cosine, constant_with_warmup), as numbers.

export type ScheduleName = 'linear' | 'cosine' | 'constant'

/**
 * Factor on the peak learning rate for the update number `step` (0 is the first) of `steps`. In [0, 1].
 * The first `warmup` updates rise from 0 by 1 / warmup each, so with a warm-up the very first update has rate 0.
 */
export function scheduleFactor(
  name: ScheduleName,
  { step, steps, warmup }: { step: number; steps: number; warmup: number },
): number {
  if (step < warmup) return step / Math.max(1, warmup)
  switch (name) {
    case 'constant':
      return 1
    case 'linear':
      return Math.max(0, (steps - step) / Math.max(1, steps - warmup))
    case 'cosine': {
      const progress = (step - warmup) / Math.max(1, steps - warmup)
      return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)))
    }
  }
}
