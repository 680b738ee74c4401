// From the lines that the sides reported to the numbers that are compared.
import { adapterSettings, defaultTargets, targetedLayers, type DpoSettings, type ModelConfig, type PairUnit } from '#ml'
import type { SideName, SideRun } from './side-process.ts'
import { usefulFlops } from './useful-flops.ts'

/** A median over rounds with the smallest and the largest. */
export type Spread = { median: number; min: number; max: number }

export type Summary = {
  side: SideName
  /** Each round's median over its steps, without the first two where there are more. */
  pairsPerSecond: Spread
  stepSeconds: Spread
  /** Useful FLOP/s as a share of the machine's float32 product rate. */
  productShare: Spread
  /** Bytes, the largest of all rounds. */
  peakBytes: number
  /** Loss of the last step, before its update. */
  loss: number
  /** Largest difference of a step's loss to that of TRL in float32; null where that did not run. */
  lossDifference: number | null
}

/** How many steps at the start are left out: kernels, graphs and memory warm up in them. */
const WARMING = 2

/** @param flops useful FLOPs of each step @param productRate float32 FLOP/s of this machine's large matrix products */
export function summaries(
  runs: ReadonlyMap<SideName, readonly SideRun[]>,
  { flops, productRate }: { flops: readonly number[]; productRate: number },
): Summary[] {
  const yardstick = runs.get('trl-float32')?.[0]
  return [...runs].map(([side, rounds]) => {
    const spread = (of: (run: SideRun) => number[]) => spreadOf(rounds.map((run) => median(of(run))))
    const losses = rounds[0]!.steps.map(({ loss }) => loss)
    const apart = yardstick ? losses.map((loss, i) => Math.abs(loss - yardstick.steps[i]!.loss)) : null
    return {
      side,
      pairsPerSecond: spread((run) => warm(run).map(({ pairs, seconds }) => pairs / seconds)),
      stepSeconds: spread((run) => warm(run).map(({ seconds }) => seconds)),
      productShare: spread((run) => warm(run).map(({ step, seconds }) => flops[step]! / seconds / productRate)),
      peakBytes: Math.max(...rounds.map((run) => run.peakBytes)),
      loss: losses.at(-1)!,
      lossDifference: apart && Math.max(...apart),
    }
  })
}

/** Useful FLOPs of each step. */
export function stepFlops(config: ModelConfig, settings: DpoSettings, steps: readonly PairUnit[][]): number[] {
  const { layers, heads, headDim, D, V } = config
  const lora = adapterSettings(config, settings)
  const all = targetedLayers(config, { rank: 1, alpha: 1, targets: defaultTargets(config), dropout: 0 })
  const model = {
    ...{ layers, heads, headDim, D, V },
    blockMatrices: all.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0),
  }
  const adapter = (lora ? targetedLayers(config, lora) : []).reduce(
    (sum, { inputs, outputs }) => sum + lora!.rank * (inputs + outputs),
    0,
  )
  const training = lora ? { tuning: 'lora' as const, adapter } : { tuning: 'full' as const }
  const lengths = ({ unit: { shared, chosen, rejected, chosenFrom, rejectedFrom } }: PairUnit) => ({
    ...{ shared: shared.length, chosen: chosen.length, rejected: rejected.length },
    scored: chosen.length - chosenFrom + rejected.length - rejectedFrom,
  })
  return steps.map((pairs) => usefulFlops(model, pairs.map(lengths), training))
}

function warm({ steps }: SideRun) {
  return steps.slice(steps.length > WARMING ? WARMING : 0)
}

function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2
}
