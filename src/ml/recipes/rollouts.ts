// One step of learning from prompts: answers sampled from the policy, scored, and turned into summed gradients.
import { collate, tilesNeeded, type Layout } from '../data/collate.ts'
import { oneSidedUnit, type Unit } from '../data/units.ts'
import { tokenWeights } from '../losses/policy-gradient.ts'
import type { Executor, HostArray, HostArrays } from '../program.ts'
import { randomStream } from '../random.ts'
import type { DpoRun } from './dpo-run.ts'
import { doing, type Doing } from './events.ts'
import type { OnlineMethod, Rollout } from './online-methods.ts'
import { inBatches, type PairUnit } from './plan.ts'
import { generated } from './probing.ts'
import type { UnitProgram } from './programs.ts'
import { adapterSettings } from './settings.ts'
import { rolloutReadings, type RolloutReadings } from './rollout-readings.ts'
import type { Taught } from './step-readings.ts'

/** Answers that are scored together. */
const scoredAtOnce = 16

export type OnlinePrograms = { policy: UnitProgram; reference: UnitProgram; gradients: UnitProgram }

/** Sums the gradients of a step: `groupSize` answers to the prompt of each of `pairs`. */
export async function* rolloutGradients(
  run: DpoRun,
  method: OnlineMethod,
  programs: OnlinePrograms,
  pairs: readonly PairUnit[],
  step: number,
): AsyncGenerator<Doing, Taught<RolloutReadings>> {
  const { executor, config, settings, seed, score } = run
  if (!score) throw new Error('A method that learns from prompts needs a way to score answers.')
  const asked = pairs.flatMap((pair) => Array.from({ length: method.groupSize }, () => pair))
  const options = {
    ...{ maxTokens: method.responseTokens, temperature: method.temperature },
    ...{ seed: randomStream(seed, 'rollouts', step).bits(0), batch: Math.min(32, asked.length) },
    adapter: adapterSettings(config, settings) ?? undefined,
  }
  const responses = yield* generated(run, asked, options, 'sampling answers')
  const units = asked.map(({ prompt }, i) => oneSidedUnit(prompt, responses[i]!))
  const none = units.map(({ chosen }) => new Float32Array(chosen.length))
  const logps = method.readsReference ? await tokenLogps(executor, programs.policy, method, units) : none
  const reference = method.readsReference ? await tokenLogps(executor, programs.reference, method, units) : none
  const rollouts = asked.map(({ id }, i): Rollout => ({
    score: score(id, responses[i]!),
    ended: config.eos.includes(responses[i]!.at(-1)!),
    ...{ logps: logps[i]!, referenceLogps: reference[i]! },
  }))
  const groups = pairs.map((_, g) => rollouts.slice(g * method.groupSize, (g + 1) * method.groupSize))
  const advantages = method.advantages(groups).flat()
  const lengths = responses.map((response) => response.length)
  const weights = tokenWeights(lengths, { normalisation: method.normalisation, maxTokens: method.responseTokens })
  const batches = inBatches(
    units.map((unit, i) => ({ unit, advantage: advantages[i]!, weight: weights[i]!, reference: reference[i]! })),
    2 * settings.batch_pairs,
  )
  const layout = steadyLayout(programs.gradients, method, 2 * settings.batch_pairs)
  let [loss, entropy] = [0, 0]
  for (const [b, batch] of batches.entries()) {
    const arrays = collate(
      batch.map(({ unit }) => unit),
      layout,
    )
    const inputs = tokenInputs(arrays, batch)
    const outputs = await executor.run(programs.gradients, { ...arrays, ...inputs })
    loss += dot(outputs.losses!, inputs.token_weights)
    entropy += dot(outputs.entropy!, arrays.weight!)
    yield doing('learning from answers', b + 1, batches.length, 'batches')
  }
  return {
    tokens: units.reduce((sum, { shared, chosen }) => sum + shared.length + chosen.length, 0),
    readings: (update) => rolloutReadings(method, groups, { loss, entropy, lengths }, update),
  }
}

/**
 * A layout that fits every batch of so many answers, whatever their lengths turn out to be: answers differ from step to step, and another
 * layout is another recorded program.
 */
function steadyLayout({ tile }: UnitProgram, { responseTokens }: OnlineMethod, answers: number): Layout {
  return { tiles: tilesNeeded(answers * responseTokens, tile), groups: 1 }
}

/** Log-probability of each response token of each unit, in nats. */
async function tokenLogps(
  executor: Executor,
  program: UnitProgram,
  method: OnlineMethod,
  units: readonly Unit[],
): Promise<Float32Array[]> {
  const layout = steadyLayout(program, method, scoredAtOnce)
  const found: Float32Array[] = []
  for (const batch of inBatches(units, scoredAtOnce)) {
    const arrays = collate(batch, layout)
    const { logps } = await executor.run(program, arrays)
    let at = 0
    // Scored tokens lie in the order of units, and padding comes last.
    for (const { chosen } of batch) found.push((logps!.data as Float32Array).slice(at, (at += chosen.length)))
  }
  return found
}

type Learnt = { unit: Unit; advantage: number; weight: number; reference: Float32Array }

function tokenInputs(arrays: HostArrays, batch: readonly Learnt[]) {
  return {
    advantages: perToken(arrays, (i) => batch[i]!.advantage),
    token_weights: perToken(arrays, (i) => batch[i]!.weight),
    reference_logps: perToken(arrays, (i, t) => batch[i]!.reference[t]!),
  }
}

/** A number for each scored token of the arrays, by its unit and its place in the response; 0 for padding. */
function perToken({ owner, weight }: HostArrays, value: (unit: number, token: number) => number): HostArray {
  const places = new Map<number, number>()
  const data = Float32Array.from(owner!.data, (side, n) => {
    if (weight!.data[n] === 0) return 0
    const unit = side / 2
    const token = places.get(unit) ?? 0
    places.set(unit, token + 1)
    return value(unit, token)
  })
  return { dtype: 'float32', shape: owner!.shape, data }
}

function dot(a: HostArray, b: HostArray): number {
  let sum = 0
  for (let i = 0; i < a.data.length; i++) sum += a.data[i]! * b.data[i]!
  return sum
}
