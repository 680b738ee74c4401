// What a run does and when, from its settings and seed alone: the held-out split and the pairs of each step.
import { unitTokens, type Unit } from '../data/units.ts'
import { permutation, randomStream } from '../random.ts'
import type { SideOrigins } from '../diagnostics/splits.ts'
import type { DpoSettings } from './settings.ts'

/** What was said of an answer that belongs to no pair. */
export type Mark = 'good' | 'bad'

/**
 * A tokenised pair with its number in the set, and its prompt as the model is asked it when it answers. `strength` of its label:
 * 0 for a tie, 1 for a plain preference, which is the default, 2 for a strong one. With a `mark` it is an answer
 * alone: a unit with one side. `origins`: who gave its responses, where that is known.
 */
export type PairUnit = {
  id: number
  unit: Unit
  prompt: readonly number[]
  strength?: 0 | 1 | 2
  /** By how much the chosen response is better, as numbers that came with the pair say, in their scale. */
  margin?: number
  mark?: Mark
  origins?: SideOrigins
}

export type RunPlan = {
  train: readonly PairUnit[]
  /** Pairs whose prompts appear in no training pair. */
  heldout: readonly PairUnit[]
  /** Optimiser steps in all. */
  steps: number
  stepsPerEpoch: number
  /** The training pairs of a step, 0 <= step < steps. */
  pairsOf(step: number): PairUnit[]
}

/**
 * The plan of a run. Each epoch is a new seeded order of the training pairs; no pair is dropped, so the last step of an epoch
 * may be smaller. Throws when there is nothing to train on, a pair has one response only, pairs and answers alone are mixed, or the answers
 * are all good or all bad.
 */
export function runPlan(pairs: readonly PairUnit[], settings: DpoSettings, seed: number): RunPlan {
  checkSides(pairs)
  const heldout = new Set(heldOutPairs(pairs, settings.heldout_pairs, seed))
  const train = pairs.filter((pair) => !heldout.has(pair))
  if (train.length === 0) throw new Error('There are no pairs to train on. Choose a set with at least one pair.')
  const stepSize = settings.batch_pairs * settings.accumulation
  const stepsPerEpoch = Math.ceil(train.length / stepSize)
  const steps = settings.steps ?? Math.max(1, Math.ceil(settings.epochs * stepsPerEpoch))
  let ordered = { epoch: -1, order: [] as number[] }
  return {
    train,
    heldout: [...heldout],
    steps,
    stepsPerEpoch,
    pairsOf(step) {
      const epoch = Math.floor(step / stepsPerEpoch)
      if (ordered.epoch !== epoch)
        ordered = { epoch, order: permutation(randomStream(seed, 'order', epoch), train.length) }
      const first = (step % stepsPerEpoch) * stepSize
      return ordered.order.slice(first, first + stepSize).map((i) => train[i]!)
    },
  }
}

/** Whether these are answers alone and no pairs; a run has one kind. */
export function areAlone(pairs: readonly PairUnit[]): boolean {
  return pairs.some(({ mark }) => mark !== undefined)
}

function checkSides(pairs: readonly PairUnit[]): void {
  const oneSided = pairs.find(({ unit, mark }) => unit.rejected.length === 0 && !mark)
  if (oneSided) throw new Error(`Pair ${oneSided.id} has no rejected response. Leave it out.`)
  if (!areAlone(pairs)) return
  if (pairs.some(({ mark }) => !mark))
    throw new Error('There are pairs and answers alone. Train on one kind, as their losses do not compare.')
  for (const mark of ['good', 'bad'] as const)
    if (!pairs.some((answer) => answer.mark === mark))
      throw new Error(`No answer is ${mark}. The loss needs good and bad ones, at least one of each.`)
}

/** Every batch of the plan, of `batchPairs` pairs each, in order. */
export function plannedBatches(plan: RunPlan, batchPairs: number): PairUnit[][] {
  return Array.from({ length: plan.steps }, (_, step) => inBatches(plan.pairsOf(step), batchPairs)).flat()
}

/** The pairs of all steps of the plan, each once. */
export function usedPairs(plan: RunPlan): PairUnit[] {
  const used = new Set<PairUnit>()
  for (let step = 0; step < plan.steps && used.size < plan.train.length; step++)
    for (const pair of plan.pairsOf(step)) used.add(pair)
  return [...used]
}

/** The items in order, `size` at a time; the last batch may be smaller. */
export function inBatches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}

/** What a resumed run has behind it: pairs and tokens of the steps before `step`. */
export function progressBefore(plan: RunPlan, step: number): { pairs: number; tokens: number } {
  let pairs = 0
  let tokens = 0
  for (let earlier = 0; earlier < step; earlier++) {
    const batch = plan.pairsOf(earlier)
    pairs += batch.length
    tokens += tokensOf(batch)
  }
  return { pairs, tokens }
}

/** Tokens of the pairs; a shared prompt counts once. */
export function tokensOf(pairs: readonly PairUnit[]): number {
  return pairs.reduce((sum, pair) => sum + unitTokens(pair.unit), 0)
}

// Whole prompts are set aside: a pair whose prompt is trained on with other responses would be no unseen pair.
function heldOutPairs(pairs: readonly PairUnit[], wanted: number, seed: number): PairUnit[] {
  const limit = Math.min(wanted, Math.floor(pairs.length / 5))
  const byPrompt = new Map<string, PairUnit[]>()
  for (const pair of pairs) {
    const group = byPrompt.get(promptKey(pair))
    if (group) group.push(pair)
    else byPrompt.set(promptKey(pair), [pair])
  }
  // A tie says nothing that accuracy could be measured by.
  const groups = [...byPrompt.values()].filter((group) => !group.some(isTie))
  const there = markCounts(pairs)
  const taken: PairUnit[] = []
  for (const i of permutation(randomStream(seed, 'held out'), groups.length)) {
    const group = groups[i]!
    if (taken.length + group.length <= limit && leavesBothMarks(there, [...taken, ...group])) taken.push(...group)
    if (taken.length === limit) break
  }
  return taken
}

/** Whether training is left with some of each mark that is `there` when these are held out; always so of pairs. */
function leavesBothMarks(there: Record<Mark, number>, taken: readonly PairUnit[]): boolean {
  const held = markCounts(taken)
  return (['good', 'bad'] as const).every((mark) => there[mark] === 0 || held[mark] < there[mark])
}

function markCounts(pairs: readonly PairUnit[]): Record<Mark, number> {
  const count = (wanted: Mark) => pairs.filter(({ mark }) => mark === wanted).length
  return { good: count('good'), bad: count('bad') }
}

/** Whether both responses of the pair were found equally good. */
export function isTie({ strength }: PairUnit): boolean {
  return strength === 0
}

/** The same for two pairs exactly when their prompts are the same tokens. */
export function promptKey(pair: PairUnit): string {
  return pair.prompt.join(' ')
}
