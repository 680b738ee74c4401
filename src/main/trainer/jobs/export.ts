// Carries a trained model away: as a PEFT adapter folder, or merged into a folder that Transformers loads.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ProblemError } from '#contract'
import {
  adapterPrefix,
  adapterSettings,
  dpoSettings,
  loraNames,
  loraScale,
  mergedWeight,
  rewardHead,
  rewardModelConfig,
  safetensorsBytes,
  safetensorsSize,
  tokenizerTexts,
  type LoraSettings,
  type TensorPlan,
} from '#ml'
import { checkpointFile, type NamedTensors } from '../checkpoints.ts'
import type { JobContext } from '../loop.ts'
import { openModel, refusing, type OpenedModel } from '../model-files.ts'
import { peftConfig } from '../peft-config.ts'
import type { Jobs } from '../protocol.ts'
import { writeFileIn, writeFolder } from '../writing.ts'

type Export = Jobs['export']['in']

export async function carryAway(job: Export, context: JobContext): Promise<{ folder: string }> {
  const model = await openModel(job.model)
  const lora = adapterSettings(model.checkpoint.config, dpoSettings(job.settings))
  const trained = await checkpointFile(job.checkpoint, 'trained')
  if (job.format === 'merged') await writeMerged(job, model, lora, trained, context)
  else if (lora) await writeAdapter(job, model, lora, trained)
  else
    throw new ProblemError({
      code: 'refused',
      message: 'A run that trained all weights has no adapter to export as PEFT',
      where: job.to,
      advice: 'Export it as merged',
    })
  return { folder: job.to }
}

const advice = 'Free some space, or choose another place'

async function writeAdapter({ to, baseName }: Export, model: OpenedModel, lora: LoraSettings, trained: NamedTensors) {
  const plan: TensorPlan[] = []
  // A value head is PPO's own and goes with its checkpoints alone.
  const carried = trained.names.filter((name) => name.startsWith(adapterPrefix) || name === rewardHead)
  const peftName = (name: string) => (name === rewardHead ? `${adapterPrefix}${name}` : name)
  for (const name of carried) plan.push({ name: peftName(name), shape: (await trained.tensor(name)).shape })
  const values = async (name: string) =>
    floatsOf(await trained.tensor(carried.find((one) => peftName(one) === name) ?? name))
  const head = carried.includes(rewardHead) ? 'score' : null
  const config = peftConfig(lora, { baseName, transposed: model.checkpoint.config.family === 'gpt2', head })
  await writeFolder(to, { what: 'the adapter', bytes: safetensorsSize(plan), advice }, async (folder) => {
    await writeFileIn(folder, 'adapter_config.json', `${JSON.stringify(config, null, 2)}\n`)
    await writeFileIn(folder, 'adapter_model.safetensors', safetensorsBytes(plan, values))
  })
}

async function writeMerged(
  { to }: Export,
  model: OpenedModel,
  lora: LoraSettings | null,
  trained: NamedTensors,
  { tell, stop }: JobContext,
) {
  const { checkpoint } = model
  const isReward = trained.names.includes(rewardHead)
  const { config, configJson } = checkpoint
  const names = isReward
    ? [...checkpoint.names.filter((name) => name !== 'lm_head.weight' && name !== rewardHead), rewardHead]
    : checkpoint.names
  const plan = names.map((name) => ({ name, shape: name === rewardHead ? [1, config.D] : checkpoint.shape(name) }))
  let done = 0
  const values = async (name: string) => {
    if (stop.aborted) throw new ProblemError({ code: 'cancelled', message: 'The export was stopped', where: to })
    tell('doing', { text: `writing weights, ${done} of ${plan.length} tensors`, progress: done / plan.length })
    done++
    return lora && name !== rewardHead ? adapted(model, lora, trained, name) : floatsOf(await trained.tensor(name))
  }
  const texts = {
    'config.json': json({
      ...(isReward ? rewardModelConfig(configJson, config) : configJson),
      torch_dtype: 'float32',
      dtype: 'float32',
    }),
    'generation_config.json': await generationConfig(model),
    ...tokenizerTexts(checkpoint.tokenizer),
  }
  await writeFolder(to, { what: 'the merged model', bytes: safetensorsSize(plan), advice }, async (folder) => {
    for (const [name, text] of Object.entries(texts)) await writeFileIn(folder, name, text)
    await writeFileIn(folder, 'model.safetensors', safetensorsBytes(plan, values))
  })
}

/** A weight of the base model, with its adapter folded in where it has one. */
async function adapted(
  { location, checkpoint }: OpenedModel,
  lora: LoraSettings,
  trained: NamedTensors,
  name: string,
): Promise<Float32Array> {
  const data = await refusing(location, () => checkpoint.tensor(name))
  const { A, B } = loraNames(name.replace(/\.weight$/, ''))
  if (!trained.names.includes(A)) return data
  const base = { dtype: 'float32' as const, shape: checkpoint.shape(name), data }
  const transposed = checkpoint.config.family === 'gpt2'
  return floatsOf(mergedWeight(base, await trained.tensor(A), await trained.tensor(B), loraScale(lora), transposed))
}

/** The model's own generation_config.json, or one that names its special tokens. */
async function generationConfig({ location, checkpoint }: OpenedModel): Promise<string> {
  const own = join(location, 'generation_config.json')
  const found = await stat(own).catch(() => null)
  if (found?.isFile() && found.size < 1024 * 1024) return readFile(own, 'utf8')
  const { bos, eos, pad } = checkpoint.config
  return json({ bos_token_id: bos, eos_token_id: eos.length === 1 ? eos[0] : eos, pad_token_id: pad })
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

function floatsOf(value: Awaited<ReturnType<NamedTensors['tensor']>>): Float32Array {
  if (value.dtype !== 'float32') throw new Error(`Expected float32 weights, got ${value.dtype}`)
  return value.data
}
