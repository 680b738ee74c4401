// How fast a run goes: the pace of training alone, and how long the whole will still take.
import type { Reading, Throughput } from '#contract'

export interface Pace {
  /** Counts seconds that went to measuring before update `step` and returns the reading of its share of all time so far. */
  measured(step: number, seconds: number): Reading
  /** Counts a step that took `seconds` and returns its readings. */
  step(step: number, seconds: number, pairs: number, tokens: number): Reading[]
  /** Means over the steps counted so far; zeros before the first. */
  throughput(): Throughput
  /** Seconds until `steps` are done, probes and samples included, by what passed since the first step. */
  secondsLeft(step: number, steps: number): number
}

/**
 * Its time begins with this call: the whole of which measuring takes a share.
 * @param clock seconds of a clock that never goes back
 */
export function openPace(clock: () => number = () => performance.now() / 1000): Pace {
  let training = 0
  let pairsDone = 0
  let tokensDone = 0
  let stepsDone = 0
  let began: number | null = null
  let measuring = 0
  const opened = clock()
  return {
    measured(step, seconds) {
      measuring += seconds
      const value = measuring / Math.max(clock() - opened, measuring, Number.EPSILON)
      return { step, name: 'pace/diagnostics_share', value }
    },
    step(step, seconds, pairs, tokens) {
      began ??= clock() - seconds
      training += seconds
      pairsDone += pairs
      tokensDone += tokens
      stepsDone++
      return [
        { step, name: 'pace/step_seconds', value: seconds },
        { step, name: 'pace/pairs_per_second', value: pairs / seconds },
        { step, name: 'pace/tokens_per_second', value: tokens / seconds },
      ]
    },
    throughput: () => ({
      pairsPerSecond: training > 0 ? pairsDone / training : 0,
      tokensPerSecond: training > 0 ? tokensDone / training : 0,
      peakMemory: process.resourceUsage().maxRSS * 1024,
    }),
    secondsLeft: (step, steps) =>
      began === null ? 0 : ((clock() - began) / Math.max(1, stepsDone)) * Math.max(0, steps - step),
  }
}
