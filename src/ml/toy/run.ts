// A run of the toy: a policy is fitted to the scenario's table, then tuned, and read along the way. One generator, no clock, no state left.
import { fitToRow } from './fit.ts'
import { openObjective } from './objectives.ts'
import { openOptimiser } from './optim.ts'
import type { ToySettings } from './plan.ts'
import { logSoftmax, openPolicy } from './policy.ts'
import { geometry, masses, pulls, type ToyRecord } from './readings.ts'
import { cellKinds, pairsAt, startRow } from './scenarios.ts'

/** The numbers of a run left the range of float64. */
export class ToyDiverged extends Error {
  readonly step: number
  constructor(step: number) {
    super(`The numbers of the run left the range of float64 at step ${step}`)
    this.name = 'ToyDiverged'
    this.step = step
  }
}

/** Steps that are recorded: the first, the last, and `records` - 1 or fewer between, evenly. In order. */
export function recordedSteps(steps: number, records: number): number[] {
  const all = Array.from({ length: records + 1 }, (_, i) => Math.round((i * steps) / records))
  return [...new Set(all)]
}

/**
 * Yields each recorded step. A step's readings are those of the policy before its update, so that step 0 is the start and the last one
 * follows all updates. The same settings and seed give the same numbers. Without `geometry` gradients of single responses are left out.
 * Throws ToyDiverged; what was yielded before it holds.
 */
export function* toyRun(settings: ToySettings, seed: number, { withGeometry = true } = {}): Generator<ToyRecord, void> {
  const { prompts: P, responses: R, steps, learning_rate: rate } = settings
  const policy = openPolicy(settings, seed, 'toy policy')
  const start = startRow(settings.scenario, settings)
  fitToRow(policy, start, settings)
  const reference = Float64Array.from({ length: P * R }, (_, i) => start[i % R]!)
  const objective = openObjective(settings, seed)
  const optimiser = openOptimiser(settings.optimiser, policy.parameters.values.length)
  const kinds = cellKinds(settings)
  const standing = { logp: new Float64Array(P * R), reference }
  const outer = new Float64Array(P * R)
  const recorded = new Set(recordedSteps(steps, settings.records))
  policy.parameters.gradient.fill(0)

  for (let step = 0; step <= steps; step++) {
    logSoftmax(policy.logits(), R, standing.logp)
    if (!standing.logp.every(Number.isFinite)) throw new ToyDiverged(step)
    const pairs = pairsAt(step, settings, seed)
    const { loss, pull } = objective.step(standing, pairs, outer)
    if (recorded.has(step)) {
      const own = masses(standing, kinds, settings)
      const readings = {
        ...{ loss, ...own },
        ...(pull && pulls(pull, own)),
        ...(withGeometry && geometry(policy, standing, pairs, outer, settings)),
      }
      yield { step, readings, logProbs: [...standing.logp] }
    }
    if (step === steps) return
    policy.backward(outer)
    optimiser(policy.parameters, rate)
  }
}
