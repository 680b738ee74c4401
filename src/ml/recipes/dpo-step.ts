// One optimiser step of DPO: the gradients of its batches summed, then one update.
import { collate, type Layout } from '../data/collate.ts'
import { responseTokens, sharedTokens, sidesOf, type Side } from '../data/units.ts'
import { floats, ints, type Executor, type HostArrays, type Program } from '../program.ts'
import { randomStream } from '../random.ts'
import type { DpoRun } from './dpo-run.ts'
import { estimatedKl, mismatched } from './kl-estimate.ts'
import { labelInputs, pairWeights } from './label-use.ts'
import type { MovedReference } from './moved-reference.ts'
import type { PairMethod } from './pair-method.ts'
import { areAlone, tokensOf, type PairUnit } from './plan.ts'
import { sharedText } from './probes.ts'
import type { UnitProgram } from './programs.ts'
import type { Reference } from './reference.ts'
import { answerStepReadings, stepReadings, type StepReadings, type TrainedPair } from './step-readings.ts'
import type { Taught } from './teacher.ts'

/** Sums the gradients of a step over its batches. A pair counts the same, whatever its batch's size, unless its label weighs it. */
export async function summedGradients(
  run: DpoRun,
  method: PairMethod,
  {
    gradients,
    policy,
    layout,
    moved,
  }: { gradients: Program; policy: UnitProgram; layout: Layout; moved: MovedReference | null },
  pairs: readonly PairUnit[],
  reference: Reference,
  step: number,
): Promise<Omit<Taught<StepReadings | Readonly<Record<string, number>>>, 'grad_norm'>> {
  const { executor, config, settings, seed } = run
  const trained: TrainedPair[] = []
  const weights = pairWeights(pairs, method.labels, run.pairs)
  let entropySum = 0
  for (let first = 0; first < pairs.length; first += settings.batch_pairs) {
    const batch = pairs.slice(first, first + settings.batch_pairs)
    const side = (name: Side) =>
      batch.map(({ id, unit }) =>
        sidesOf(unit).includes(name) ? reference({ kind: 'pair', pair: id, side: name }) : 0,
      )
    const kl = method.estimatesKl
      ? await estimatedKl(executor, policy, mismatched(batch, config.context), reference)
      : 0
    const arrays = collate(
      batch.map((pair) => pair.unit),
      layout,
    )
    const draws = randomStream(seed, 'draws', step)
    const begun = { chosen: side('chosen'), rejected: side('rejected') }
    const against = (await moved?.logps(batch, step)) ?? begun
    const outputs = await executor.run(gradients, {
      ...arrays,
      ...(method.splits ? splitInputs(arrays, batch, reference) : {}),
      reference_chosen: floats(against.chosen),
      reference_rejected: floats(against.rejected),
      chosen_tokens: floats(batch.map(({ unit }) => responseTokens(unit, 'chosen'))),
      rejected_tokens: floats(batch.map(({ unit }) => responseTokens(unit, 'rejected'))),
      ...labelInputs(batch, method.labels),
      ...(areAlone(batch) ? { desirable: floats(batch.map(({ mark }) => (mark === 'good' ? 1 : 0))) } : {}),
      pair_weight: floats(batch.map((_, i) => weights[first + i]! / pairs.length)),
      draws: floats(batch.map((_, i) => draws.uniform(first + i))),
      kl: floats([kl], []),
      dropout_seed: ints([randomStream(seed, 'dropout', step).integer(first, 2 ** 24)], []),
    })
    entropySum += outputs.entropy!.data[0]!
    trained.push(...trainedPairs(batch, method, outputs, begun, weights.slice(first)))
  }
  const overflown = trained.find(({ loss }) => !Number.isFinite(loss))
  if (overflown)
    throw new Error(
      `The loss of step ${step} is ${overflown.loss}. Lower the learning rate, and go on from a checkpoint.`,
    )
  const readings = areAlone(pairs) ? answerStepReadings : stepReadings
  return { tokens: tokensOf(pairs), readings: (update) => readings(trained, entropySum, update) }
}

/** The inputs of methods that part responses where the shorter one of their pair ends. */
function splitInputs({ owner, weight }: HostArrays, batch: readonly PairUnit[], reference: Reference): HostArrays {
  const side = (name: Side) => floats(batch.map((pair) => reference(sharedText(pair, name))))
  const read = new Map<number, number>()
  const shared = Float32Array.from(owner!.data, (response, n) => {
    const before = read.get(response) ?? 0
    read.set(response, before + 1)
    return before < sharedTokens(batch[response >> 1]!.unit) ? weight!.data[n]! : 0
  })
  return {
    shared_weight: { dtype: 'float32', shape: owner!.shape, data: shared },
    reference_shared_chosen: side('chosen'),
    reference_shared_rejected: side('rejected'),
  }
}

function trainedPairs(
  batch: readonly PairUnit[],
  method: PairMethod,
  outputs: HostArrays,
  reference: { chosen: number[]; rejected: number[] },
  weights: readonly number[],
): TrainedPair[] {
  return batch.map(({ unit, mark }, i) => {
    const at = (name: string) => outputs[name]!.data[i]!
    const side = (name: Side) => {
      const likelihood = { policy: at(name), reference: reference[name][i]!, tokens: responseTokens(unit, name) }
      return { ...likelihood, reward: method.reward(likelihood, mark === 'bad' ? 'rejected' : name) }
    }
    return { loss: weights[i]! * at('losses'), mark, chosen: side('chosen'), rejected: side('rejected') }
  })
}

/**
 * The programs of one update: the norm of all gradients first, then part after part of what is trained. The gradients `sums` are
 * then set to zero by `zero`, or freed where a step is one batch: then the next need not be added to anything.
 */
export type UpdatePrograms = { norm: Program; parts: readonly Program[]; sums: readonly string[]; zero: Program | null }

/** Makes the update and returns the gradient norm before clipping. Changes nothing when that is no number: then it throws. */
export async function update(
  executor: Executor,
  programs: UpdatePrograms,
  inputs: HostArrays,
  step: number,
): Promise<number> {
  const { norm, parts } = programs
  const { grad_norm } = await executor.run(norm, {})
  const gradNorm = grad_norm!.data[0]!
  if (!Number.isFinite(gradNorm))
    throw new Error(
      `The gradient norm of step ${step} is ${gradNorm}. Lower the learning rate, and go on from a checkpoint.`,
    )
  for (const part of parts) await executor.run(part, { ...inputs, grad_norm: grad_norm! })
  await forgetGradients(executor, programs)
  return gradNorm
}

/** Leaves no gradient to be added to. */
export async function forgetGradients(
  executor: Executor,
  { sums, zero }: Pick<UpdatePrograms, 'sums' | 'zero'>,
): Promise<void> {
  if (zero) await executor.run(zero, {})
  else executor.drop(sums)
}
