// A training run: opens the model, tokenises the pairs, follows the recipe and tells what it yields; writes checkpoints.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { checkerOfSettings, type Reading, type SettingValues } from '#contract'
import {
  checkpointShapes,
  dpoSettings,
  methodOf,
  trainDpo,
  trainedShapes,
  type DpoEvent,
  type DpoSettings,
  type Executor,
  type Method,
  type PairUnit,
  type Judge,
} from '#ml'
import { openBeginning, type Beginning } from '../beginning.ts'
import { checkpointState, checkpointFile, rewound, writeCheckpoint, type Checkpoint } from '../checkpoints.ts'
import { openExecutor } from '../engine/executor.ts'
import type { AskingContext, JobContext } from '../loop.ts'
import { checkUnchanged, openModel, refusing, type OpenedModel } from '../model-files.ts'
import { answerCheck } from '../checking.ts'
import { checkerJudge, rewardJudge, type OpenedJudge } from '../judging.ts'
import { putTensors, putWeights } from '../policy.ts'
import type { Machine, Precision, TrainJob, TrainPair, TrainResult } from '../protocol.ts'
import { pairOf, readFrozen, shownProbe, writeFrozen, type Frozen } from '../run-frozen.ts'
import { openPace } from '../run-pace.ts'
import { misfitProblem, readPairs, tokenizedPairs } from '../run-pairs.ts'
import { openReferenceBook, pairTexts, unseenTexts } from '../run-reference.ts'
import { checkSame } from '../run-resuming.ts'
import { checkers } from './checkers.ts'

/** All that a run stands on, made ready before its first step. */
type Ready = {
  job: TrainJob
  model: OpenedModel
  machine: Machine
  precision: Precision
  method: Method
  settings: DpoSettings
  pairs: ReadonlyMap<number, TrainPair>
  units: readonly PairUnit[]
  outOfDomain: readonly PairUnit[]
  pairsHash: string
  from: Checkpoint | null
  frozen: Frozen | null
  /** What a fork begins with; null of a run that begins from its model, and of one that goes on. */
  beginning: Beginning | null
}

/** Runs a training job to its end, or until it is asked to stop: then its last step is in a checkpoint. */
export async function train(job: TrainJob, context: AskingContext): Promise<TrainResult> {
  const pace = openPace()
  const doing = async (text: string, progress: number | null = null) => {
    context.tell('doing', { text, progress })
    await nextTurn()
  }
  const stoppedEarly = () => ({ status: 'stopped' as const, step: 0, throughput: pace.throughput() })

  const method = methodOf(job.method, job.settings)
  const settings = dpoSettings({ ...job.settings, recompute: job.recompute })
  const checker = checkerOfSettings(job.settings as SettingValues, await checkers())
  const check = checker && answerCheck(checker)
  await doing('opening the model')
  const model = await openModel(job.model)
  await refusing(job.model, () => checkUnchanged(model, job.expected))
  const { pairs, hash } = await readPairs(job.pairsFile)
  const { units: read, leftOut } = await tokenizedPairs(
    model.tokenizer,
    pairs,
    model.checkpoint.config.context,
    (done) => doing(`reading pairs, ${done} of ${pairs.length}`, done / pairs.length),
  )
  const origins = new Map(job.origins.map(({ pair, ...sides }) => [pair as number, sides]))
  const units = read.map((pair) => ({ ...pair, origins: origins.get(pair.id) }))
  if (leftOut.length > 0 && (job.settings.too_long === 'refuse' || units.length === 0))
    throw misfitProblem(leftOut, pairs.length)
  const others = job.outOfDomainFile === null ? [] : (await readPairs(job.outOfDomainFile)).pairs
  // What does not fit is not probed: there is no curve to it, and nothing that it takes from the run.
  const outOfDomain = (await tokenizedPairs(model.tokenizer, others, model.checkpoint.config.context, async () => {}))
    .units
  const from = await rewound(job.folder, job.resumeFrom)
  const begun = from ? await checkpointState(from.path) : null
  if (begun && from) checkSame(begun, job, hash, from.path)
  const frozen = from ? await readFrozen(job.folder) : null
  const beginning =
    job.begin === null || from
      ? null
      : await openBeginning(job.begin, ...beginningShapes(model, settings, method), { job, pairsHash: hash })
  if (context.stop.aborted) return { ...stoppedEarly(), step: from?.step ?? 0 }

  await doing('loading TensorFlow')
  const { executor, machine, precision } = await openExecutor(String(job.settings.precision ?? 'auto'), begun?.machine)
  const ready = {
    ...{
      job,
      model,
      machine,
      precision,
      method,
      settings,
      units,
      outOfDomain,
      pairsHash: hash,
      from,
      frozen,
      beginning,
    },
    pairs: new Map([...others, ...pairs].map((pair) => [pair.id as number, pair])),
  }
  let judge: OpenedJudge | null = null
  try {
    await loadState(executor, ready, context, doing)
    judge = job.rewardModel
      ? await rewardJudge(job.rewardModel, units, Number(job.settings.response_tokens), { context, precision })
      : check && checkerJudge(check, ready.pairs, model.tokenizer)
    if (context.stop.aborted) return { ...stoppedEarly(), step: from?.step ?? 0 }
    return await follow(executor, ready, { context, pace, leftOut, judge: judge?.judge })
  } finally {
    judge?.dispose()
    executor.dispose()
  }
}

type Doing = (text: string, progress?: number | null) => Promise<void>

/** Puts the weights: trained ones from the checkpoint when there is one, the others from the model. */
async function loadState(
  executor: Executor,
  { model, settings, method, from }: Ready,
  { stop }: JobContext,
  doing: Doing,
) {
  const trained = from ? Object.keys(trainedShapes(model.checkpoint.config, settings, method.head)) : []
  const whole = await putWeights(executor, model, { without: new Set(trained), stop, doing })
  if (!from || !whole) return
  for (const file of ['trained', 'optimizer'] as const)
    await putTensors(executor, await checkpointFile(from.path, file))
}

/** Follows the recipe to its end or to a stop, turning what it yields into events. */
async function follow(
  executor: Executor,
  ready: Ready,
  {
    context: { tell, known, stop },
    pace,
    leftOut,
    judge,
  }: {
    context: AskingContext
    pace: ReturnType<typeof openPace>
    judge: Judge | undefined
    leftOut: Awaited<ReturnType<typeof tokenizedPairs>>['leftOut']
  },
): Promise<TrainResult> {
  const { job, model, method, settings, pairs, units, outOfDomain, from } = ready
  const { config } = model.checkpoint
  const reference = openReferenceBook({ ...ready, entries: ready.frozen?.reference ?? [] }, known)
  await reference.lookUp(pairTexts(units, method))
  const recipe = trainDpo({
    ...{ executor, config, method, settings, pairs: units, outOfDomain, seed: job.seed },
    judge,
    begin: ready.beginning && begunFrom(executor, ready.beginning),
    reference: reference.known,
    resume: from && ready.frozen ? { step: from.step, probes: ready.frozen.probes } : undefined,
  })
  let steps = 0
  let held = from?.step ?? 0
  let saved = held
  let probes = ready.frozen?.probes ?? []
  let frozenKept = from !== null
  const save = async () => {
    if (!frozenKept) await writeFrozen(job.folder, { probes, reference: reference.all() })
    frozenKept = true
    tell('doing', { text: 'writing a checkpoint', progress: null })
    const { step, path } = await writeCheckpoint(job.folder, ...checkpointOf(executor, ready, held))
    saved = step
    tell('checkpointed', { step, folder: path })
    tell('doing', { text: '', progress: null })
  }
  /** Of the step under way: it may tell of its progress before it is done. */
  let seconds = 0
  const measured = (step: number, values: Readonly<Record<string, number>>) => {
    tell('read', { readings: [...named(step, values), pace.measured(step, seconds)] })
    tell('doing', { text: '', progress: null })
  }
  const hear = async (event: DpoEvent) => {
    switch (event.kind) {
      case 'planned':
        steps = event.steps
        return tell('started', {
          ...{ steps, step: event.step, leftOut, machine: ready.machine },
          trainPairs: event.train,
          heldoutPairs: event.heldout.length,
          trainableParameters: event.trainable,
        })
      case 'doing':
        return tell('doing', event)
      case 'probed':
        probes = event.probes
        pace.measured(held, seconds)
        await reference.lookUp(unseenTexts(probes))
        return tell('probed', { probes: probes.map((probe) => shownProbe(probe, pairs, model.tokenizer)) })
      case 'referenced':
        return tell('referenced', {
          entries: event.entries.map(({ text, logp, tokens }) => reference.add(text, logp, tokens)),
        })
      case 'scored':
        tell('scored', { scores: event.scores.map((score) => ({ step: event.step, ...score })) })
        return measured(event.step, event.readings)
      case 'checked':
        return measured(event.step, event.readings)
      case 'sampled': {
        const { step } = event
        const samples = event.samples.map(({ index, pair, response }) => ({
          ...{ step, index, prompt: pairOf(pair, pairs).prompt },
          text: model.tokenizer.decode(response, { skipSpecial: true }),
        }))
        tell('sampled', { samples })
        return measured(step, event.readings)
      }
      case 'step': {
        held = event.step + 1
        const paced = pace.step(event.step, seconds, event.pairs, event.tokens)
        tell('read', { readings: [...named(event.step, event.readings), ...paced] })
        return tell('pace', { secondsLeft: pace.secondsLeft(held, steps), throughput: pace.throughput() })
      }
      case 'checkpoint':
        return save()
    }
  }
  try {
    while (!stop.aborted) {
      const before = performance.now()
      const { value, done } = await recipe.next()
      if (done) return { status: 'finished', step: held, throughput: pace.throughput() }
      seconds += (performance.now() - before) / 1000
      await hear(value)
      if (value.kind !== 'doing') seconds = 0
      // Computing never leaves the thread: messages and the heartbeat get their turn here.
      await nextTurn()
    }
    if (held > saved) await save()
    return { status: 'stopped', step: held, throughput: pace.throughput() }
  } finally {
    await recipe.return()
  }
}

function begunFrom(executor: Executor, beginning: Beginning) {
  return { probes: beginning.probes, put: () => putTensors(executor, beginning) }
}

/** Of all that a fork trains, and the names of its scalar head. */
function beginningShapes({ checkpoint: { config } }: OpenedModel, settings: DpoSettings, { head }: Method) {
  const all = trainedShapes(config, settings, head)
  const weights = trainedShapes(config, settings)
  return [all, Object.keys(all).filter((name) => !(name in weights))] as const
}

function checkpointOf(executor: Executor, { job, model, method, settings, machine, pairsHash }: Ready, step: number) {
  const { trained, slots } = checkpointShapes(model.checkpoint.config, settings, method)
  const read = async (name: string) => {
    const { dtype, data } = await executor.read(name)
    if (dtype !== 'float32') throw new Error(`${name} is ${dtype}, which a checkpoint does not hold`)
    return data
  }
  const tensors = (shapes: typeof trained) => ({
    plan: Object.entries(shapes).map(([name, shape]) => ({ name, shape: [...shape] })),
    read,
  })
  const state = { step, seed: job.seed, settings: job.settings, pairsHash, machine }
  return [state, tensors(trained), tensors(slots)] as const
}

function named(step: number, values: Readonly<Record<string, number>>): Reading[] {
  return Object.entries(values).map(([name, value]) => ({ step, name, value }))
}
