// One step of a policy gradient: answers are sampled and scored, then learnt from in one or more updates.
import { collate } from '../data/collate.ts'
import { floats, type Executor, type HostArray, type HostArrays } from '../program.ts'
import { permutation, randomStream } from '../random.ts'
import { tokenWeights } from '../losses/policy-gradient.ts'
import type { DpoRun } from './dpo-run.ts'
import { doing, type Doing } from './events.ts'
import type { CarriedNumbers, PolicyGradient, Rollout, TokenEstimates } from './online-methods.ts'
import { inBatches, type PairUnit } from './plan.ts'
import { carriedName, type UnitProgram } from './programs.ts'
import { rolloutReadings, type MadeUpdate, type RolloutReadings, type UpdateSums } from './rollout-readings.ts'
import {
  answerTokens,
  answerUnits,
  scoredAnswers,
  steadyLayout,
  tokenNumbers,
  type Answer,
  type Answers,
} from './rollouts.ts'
import type { Taught, Update } from './teacher.ts'

/** `before` reads answers under the policy that gave them, `reference` under the reference. */
export type PolicyPrograms = { before: UnitProgram; reference: UnitProgram; gradients: UnitProgram }

/** Whether each answer is learnt from in one update alone: then the policy that gave it is the policy. */
export function learntOnce({ updates: { epochs, minibatches } }: PolicyGradient): boolean {
  return epochs * minibatches === 1
}

/** Samples `groupSize` answers to the prompt of each of `pairs`, and makes the updates of a step. */
export async function* policyStep(
  run: DpoRun,
  method: PolicyGradient,
  programs: PolicyPrograms,
  pairs: readonly PairUnit[],
  { step, update }: { step: number; update: Update },
): AsyncGenerator<Doing, Taught<RolloutReadings>> {
  const { executor, settings, seed } = run
  const answers = yield* scoredAnswers(run, method, pairs, step)
  const rollouts = await rolloutsOf(run, method, programs, answers)
  const groups = inBatches(rollouts, method.groupSize)
  const carried = await carriedNumbers(executor, method)
  const estimates = method.estimates(groups, carried).flat()
  // Answers of a step are learnt from under the numbers that it began with.
  for (const [name, value] of Object.entries(method.carries?.next(carried, rollouts) ?? {}))
    executor.put(carriedName(name), floats([value], []))
  const learnt = answers.given.map((answer, i): Learnt => ({
    ...answer,
    ...{ rollout: rollouts[i]!, estimates: estimates[i]! },
  }))
  const layout = steadyLayout(programs.gradients, method, 2 * settings.batch_pairs)
  const { epochs, minibatches, targetKl } = method.updates
  const made: MadeUpdate[] = []
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(randomStream(seed, 'minibatches', step * epochs + epoch), learnt.length)
    for (const [m, drawn] of inBatches(order, Math.ceil(learnt.length / minibatches)).entries()) {
      // Within a minibatch the order changes nothing but roundings: answers to one prompt stand together, which is then read once for two.
      const part = drawn.toSorted((a, b) => a - b).map((i) => learnt[i]!)
      const lengths = part.map(({ response }) => response.length)
      const { normalisation, responseTokens } = method
      const weights = tokenWeights(lengths, { normalisation, maxTokens: responseTokens })
      const sums = emptySums()
      const batches = inBatches(
        part.map((one, i) => ({ ...one, weight: weights[i]! })),
        2 * settings.batch_pairs,
      )
      for (const [b, batch] of batches.entries()) {
        const arrays = collate(answerUnits(batch), layout)
        const inputs = tokenInputs(arrays, batch)
        addTo(sums, await executor.run(programs.gradients, { ...arrays, ...inputs }), arrays, inputs)
        yield doing('learning from answers', b + 1, batches.length, 'batches')
      }
      // A first update is always made: the policy is then the one that answered.
      if (made.length > 0 && targetKl > 0 && sums.approxKl / sums.tokens > targetKl) {
        await update.forget()
        return taughtBy(made)
      }
      made.push({ ...sums, grad_norm: await update.move(epoch * minibatches + m) })
    }
  }
  return taughtBy(made)

  function taughtBy(updates: readonly MadeUpdate[]): Taught<RolloutReadings> {
    return {
      tokens: answerTokens(answers.given),
      grad_norm: updates.reduce((sum, one) => sum + one.grad_norm, 0) / updates.length,
      readings: (told) => rolloutReadings(method, groups, { updates, carried }, told),
    }
  }
}

/** What the method carries, as the state has it. */
async function carriedNumbers(executor: Executor, { carries }: PolicyGradient): Promise<CarriedNumbers> {
  const names = Object.keys(carries?.start ?? {})
  const read = await Promise.all(names.map((name) => executor.read(carriedName(name))))
  return Object.fromEntries(names.map((name, i) => [name, read[i]!.data[0]!]))
}

/** What is known of the answers before anything is learnt from them. */
async function rolloutsOf(
  { executor, config }: DpoRun,
  method: PolicyGradient,
  { before, reference }: PolicyPrograms,
  { given, scores }: Answers,
): Promise<Rollout[]> {
  const none = given.map(({ response }) => ({ logps: new Float32Array(response.length), values: new Float32Array() }))
  const passes = method.passesFirst || !learntOnce(method)
  const names = method.head ? (['logps', 'values'] as const) : (['logps'] as const)
  const own = passes ? await tokenNumbers(executor, before, method, given, names) : none
  const under = method.readsReference ? await tokenNumbers(executor, reference, method, given, ['logps']) : none
  return given.map(({ response }, i) => ({
    score: scores[i]!,
    ended: config.eos.includes(response.at(-1)!),
    logps: own[i]!.logps,
    values: 'values' in own[i]! ? own[i].values : new Float32Array(),
    referenceLogps: under[i]!.logps,
  }))
}

type Learnt = Answer & { rollout: Rollout; estimates: TokenEstimates }

const emptySums = (): UpdateSums => ({ loss: 0, tokens: 0, entropy: 0, approxKl: 0, kl: 0, told: {} })

type TokenInputs = ReturnType<typeof tokenInputs>

function addTo(sums: UpdateSums, outputs: HostArrays, { weight }: HostArrays, inputs: TokenInputs): void {
  const { losses, logps, entropy, ...told } = outputs
  for (let n = 0; n < weight!.data.length; n++) {
    if (weight!.data[n] === 0) continue
    const logp = logps!.data[n]!
    const apart = logp - inputs.old_logps.data[n]!
    const below = inputs.reference_logps.data[n]! - logp
    sums.tokens++
    sums.loss += losses!.data[n]! * inputs.token_weights.data[n]!
    sums.entropy += entropy!.data[n]!
    sums.approxKl += apart ** 2 / 2
    sums.kl += Math.expm1(below) - below
    for (const name in told) sums.told[name] = (sums.told[name] ?? 0) + told[name]!.data[n]!
  }
}

function tokenInputs(arrays: HostArrays, batch: readonly (Learnt & { weight: number })[]) {
  return {
    token_weights: perToken(arrays, (i) => batch[i]!.weight),
    advantages: perToken(arrays, (i, t) => batch[i]!.estimates.advantages[t]!),
    old_logps: perToken(arrays, (i, t) => batch[i]!.rollout.logps[t]!),
    reference_logps: perToken(arrays, (i, t) => batch[i]!.rollout.referenceLogps[t]!),
    old_values: perToken(arrays, (i, t) => batch[i]!.rollout.values[t] ?? 0),
    returns: perToken(arrays, (i, t) => batch[i]!.estimates.returns[t] ?? 0),
  }
}

/** A number for each scored token of the arrays, by its answer and its place in that; 0 for padding. Tokens lie in the order of answers. */
function perToken({ owner, weight }: HostArrays, value: (answer: number, token: number) => number): HostArray {
  let [side, answer, token] = [-1, -1, 0]
  const data = Float32Array.from(owner!.data, (own, n) => {
    if (weight!.data[n] === 0) return 0
    if (own !== side) [side, answer, token] = [own, answer + 1, 0]
    return value(answer, token++)
  })
  return { dtype: 'float32', shape: owner!.shape, data }
}
