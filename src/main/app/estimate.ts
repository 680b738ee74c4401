// What a run will need, told before it starts: steps, trained parameters, memory, time.
import { methods, settingOf, unseenProbes, type Estimate, type ParsedSettings, type Run } from '#contract'
import type { AppContext } from './context.ts'
import { availableMemory, memoryPlan, type MemoryPlan } from './memory-plan.ts'
import { trainableParameters } from './memory.ts'
import { pairsTrained, type ReadyRequest } from './run-request.ts'
import { unitTokens } from './unit-tokens.ts'

/** Fewer training pairs than this teach little. */
const FEW_PAIRS = 50

/** Steps and pairs of a run, as the recipe plans them; whole prompts are held out, so that it may hold out a few less. */
export function plannedRun(pairs: number, settings: ParsedSettings) {
  const heldoutPairs = Math.min(number(settings.heldout_pairs), Math.floor(pairs / 5))
  const trainPairs = pairs - heldoutPairs
  const stepSize = number(settings.batch_pairs) * number(settings.accumulation)
  const stepsPerEpoch = Math.ceil(trainPairs / stepSize)
  const steps =
    typeof settings.steps === 'number'
      ? settings.steps
      : Math.max(1, Math.ceil(number(settings.epochs) * stepsPerEpoch))
  return { trainPairs, heldoutPairs, steps }
}

/** What scoring a pair costs, as a share of training on it: a forward pass against forward, recomputed and backward passes. */
const SCORING = 0.3

/** What measuring costs where the run is left to choose how often, as a share of training (ml/recipes/measuring.ts). */
const MEASURING = 0.1

/** All the work of a run in pairs trained: its steps, the reference pass, and the probes each time they are scored. */
function pairsOfWork(
  settings: ParsedSettings,
  plan: { steps: number; trainPairs: number; heldoutPairs: number },
): number {
  const trained = plan.steps * number(settings.batch_pairs) * number(settings.accumulation)
  // An unseen answer has one side only.
  const strange = settings.probe_out_of_domain ? number(settings.probe_out_of_domain_answers) : 0
  const unseen = unseenProbes.reduce((sum, key) => sum + number(settings[key]), strange) / 2
  const probes = Math.min(number(settings.probe_pairs), plan.trainPairs) + plan.heldoutPairs + unseen
  const referencePass = Math.min(trained, plan.trainPairs) + plan.heldoutPairs + unseen
  // Those of step 0 come from the reference pass.
  const measured =
    typeof settings.probe_every === 'number'
      ? SCORING * probes * Math.ceil(plan.steps / settings.probe_every)
      : MEASURING * trained
  return trained + SCORING * referencePass + measured
}

/** The estimate of a request. Lengths of texts are read from the set's first pairs. */
export function estimateRun(context: AppContext, ready: ReadyRequest): Estimate {
  const { model, set, settings } = ready
  const { trainPairs, heldoutPairs, steps } = plannedRun(pairsTrained(ready), settings)
  const tokens = unitTokens(context.store.pairs.chosen(set.id), model, settings)
  const memoryAvailable = availableMemory()
  const plan = memoryPlan(model, settings, { unitTokens: tokens, available: memoryAvailable })
  const pace = formerPace(context.store.runs.list(), ready)
  const estimate = {
    ...{ steps, trainPairs, heldoutPairs, memory: plan.memory, memoryAvailable },
    ...{ recompute: plan.recompute, recomputeWhy: recomputeWords(plan, memoryAvailable) },
    trainableParameters: trainableParameters(model, settings),
    seconds: pace && pairsOfWork(settings, { steps, trainPairs, heldoutPairs }) / pace.pairsPerSecond,
    secondsFrom: pace
      ? `the pace of ${pace.run}; probes are counted, sampled answers are not`
      : 'this machine has not trained this model yet: the first steps will tell',
  }
  const warnings = [...warningsOf(estimate), ...settingWarnings(settings)]
  if (tokens.mean > 2 * model.context)
    warnings.push(
      `Pairs of about ${tokens.mean} tokens are longer than the model's context of ${model.context}; many will not fit.`,
    )
  return { ...estimate, warnings }
}

/** What is to be known of making blocks again: what it saves, or would save where memory is short. */
function recomputeWords({ recompute, memory, otherwise }: MemoryPlan, available: number): string | null {
  if (recompute)
    return `Blocks are made again in the backward pass: needs ${gigabytes(memory)} instead of ${gigabytes(otherwise)}.`
  return memory > available ? `With recompute on it needs ${gigabytes(otherwise)}.` : null
}

function warningsOf({ memory, memoryAvailable, trainPairs, heldoutPairs }: Omit<Estimate, 'warnings'>): string[] {
  const warnings: string[] = []
  if (memory > memoryAvailable)
    warnings.push(
      `It may need ${gigabytes(memory)} of memory and ${gigabytes(memoryAvailable)} are free. A smaller batch with more accumulation needs less.`,
    )
  if (trainPairs < FEW_PAIRS)
    warnings.push(
      `${trainPairs} training pairs are few: expect it to learn them by heart rather than what they have in common.`,
    )
  if (heldoutPairs === 0)
    warnings.push('No pairs are held out: nothing will tell whether it learns more than these pairs.')
  return warnings
}

function settingWarnings(settings: ParsedSettings): string[] {
  return (['learning_rate', 'beta'] as const).flatMap((key) => {
    const setting = settingOf(key)
    const value = settings[key]
    const usual = setting && 'usual' in setting ? setting.usual : undefined
    if (!setting || !usual || typeof value !== 'number' || (value >= usual[0] && value <= usual[1])) return []
    return [`${setting.label} ${value} is outside the usual range of ${usual[0]} to ${usual[1]}.`]
  })
}

/** The pace of the newest run of this model with the same tuning that learnt from the same, pairs or prompts. */
function formerPace(runs: readonly Run[], { model, settings, request: { method } }: ReadyRequest) {
  const former = runs.find(
    (run) =>
      run.model.id === model.id &&
      methods[run.method].learns === methods[method].learns &&
      run.settings.tuning === settings.tuning &&
      run.throughput !== null &&
      run.throughput.pairsPerSecond > 0,
  )
  return former?.throughput ? { run: former.name, pairsPerSecond: former.throughput.pairsPerSecond } : null
}

const number = (value: ParsedSettings[keyof ParsedSettings]) => (typeof value === 'number' ? value : 0)

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
