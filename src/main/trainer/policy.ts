// A policy loaded to answer and to be scored: a model as it was added, or with what a run made of it.
import { adapterSettings, dpoSettings, type Executor, type LoraSettings } from '#ml'
import { checkpointFile, type NamedTensors } from './checkpoints.ts'
import { openExecutor } from './engine/executor.ts'
import type { JobContext } from './loop.ts'
import { checkUnchanged, openModel, refusing, type OpenedModel } from './model-files.ts'
import type { Machine, Policy, Precision } from './protocol.ts'

export type LoadedPolicy = {
  model: OpenedModel
  /** Holds the weights. Dispose it after use. */
  executor: Executor
  /** Of the adapter whose weights the executor holds; null when it holds none. */
  adapter: LoraSettings | null
  machine: Machine
  precision: Precision
}

/**
 * Opens a policy and puts its weights into an executor of its own. Null when it was stopped on the way.
 * @param wanted the precision, 'auto' for the one that this machine is fast with
 * @param what is loaded, as progress tells it
 * @throws ProblemError with one line when the model changed since it was added, or a file is missing or damaged
 */
export async function loadPolicy(
  policy: Policy,
  context: JobContext,
  wanted: Precision | 'auto' = 'auto',
  what = 'weights',
): Promise<LoadedPolicy | null> {
  const doing = (text: string, progress: number | null = null) => context.tell('doing', { text, progress })
  doing('opening the model')
  const model = await openModel(policy.model)
  await refusing(policy.model, () => checkUnchanged(model, policy.expected))
  const { tuned } = policy
  const settings = tuned && dpoSettings({ ...tuned.settings, recompute: false })
  const adapter = settings && adapterSettings(model.checkpoint.config, settings)
  const trained = tuned && (await checkpointFile(tuned.checkpoint, 'trained'))
  doing('loading TensorFlow')
  const { executor, machine, precision } = await openExecutor(wanted)
  try {
    // What a run with full tuning trained takes the place of the model's own.
    const kept = new Set(trained?.names)
    const whole = await putWeights(executor, model, { without: kept, what, stop: context.stop, doing })
    if (trained) await putTensors(executor, trained)
    if (whole) return { model, executor, adapter, machine, precision }
    executor.dispose()
    return null
  } catch (thrown) {
    executor.dispose()
    throw thrown
  }
}

/** Puts tensors one by one in place of what the executor holds under their names. */
export async function putTensors(
  executor: Executor,
  { names, tensor }: Pick<NamedTensors, 'names' | 'tensor'>,
): Promise<void> {
  for (const name of names) executor.put(name, await tensor(name))
}

/** Puts a model's weights tensor by tensor, but for those named in `without`. False when it was stopped on the way. */
export async function putWeights(
  executor: Executor,
  { location, checkpoint }: OpenedModel,
  {
    without,
    what = 'weights',
    stop,
    doing,
  }: {
    without: ReadonlySet<string>
    what?: string
    stop: AbortSignal
    doing: (text: string, progress: number) => void | Promise<void>
  },
): Promise<boolean> {
  const { names } = checkpoint
  for (const [i, name] of names.entries()) {
    if (stop.aborted) return false
    await doing(`loading ${what}, ${i} of ${names.length} tensors`, i / names.length)
    if (without.has(name)) continue
    const data = await refusing(location, () => checkpoint.tensor(name))
    executor.put(name, { dtype: 'float32', shape: checkpoint.shape(name), data })
  }
  return true
}
