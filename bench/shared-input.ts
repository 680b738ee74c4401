// What all sides of the comparison are given: one model folder, one first adapter, the same tokenised pairs in the same order.
import { writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseSettings, type ParsedSettings } from '#contract'
import { adapterSettings, dpoSettings, initialLora, loraShapes, type DpoSettings, type PairUnit } from '#ml'
import { openPairFile } from '../src/main/formats/index.ts'
import { writeCheckpoint } from '../src/main/trainer/checkpoints.ts'
import { carryAway } from '../src/main/trainer/jobs/export.ts'
import { openModel, type OpenedModel } from '../src/main/trainer/model-files.ts'
import type { TrainPair } from '../src/main/trainer/protocol.ts'
import { tokenizedPairs } from '../src/main/trainer/run-pairs.ts'
import { runPlan } from '../src/ml/recipes/plan.ts'
import { scheduleFactor } from '../src/ml/optim/schedule.ts'
import { modelLocation } from './model-location.ts'

export type Wanted = { model: string; pairs: string; steps: number; batch: number; tuning: 'lora' | 'full' }

/** attune.json: what our recipe makes the same steps from. */
export type AttuneInput = { units: PairUnit[]; settings: ParsedSettings; seed: number }

/** One pair of steps.json, whose prompt is the same tokens before both responses. */
type StepPair = { id: number; prompt: readonly number[]; chosen: readonly number[]; rejected: readonly number[] }

export type SharedInput = {
  folder: string
  opened: OpenedModel
  settings: DpoSettings
  /** The pairs of each step. */
  steps: PairUnit[][]
  /** Pairs of the file that no side trains on: they do not fit the model, or tokenise to two prompts. */
  leftOut: number
}

const SEED = 1

/**
 * Fills `folder` with model/, adapter/ (LoRA only), attune.json and steps.json.
 * Rejects when the model cannot be had, or the pairs do not suffice for one step.
 */
export async function prepareInput(folder: string, wanted: Wanted): Promise<SharedInput> {
  await mkdir(folder, { recursive: true })
  const opened = await openModel(await modelLocation(wanted.model))
  const given = {
    ...{ tuning: wanted.tuning, steps: wanted.steps, batch_pairs: wanted.batch },
    learning_rate: wanted.tuning === 'lora' ? 1e-4 : 1e-5,
    ...{ heldout_pairs: 0, probe_pairs: 0, probe_others: 0, probe_samples: 0, sample_prompts: 0 },
    checkpoint_every: 1_000_000,
  }
  const settings = parseSettings('dpo', given)
  const pairs = await pairsOf(resolve(wanted.pairs))
  const found = await tokenizedPairs(opened.tokenizer, pairs, opened.checkpoint.config.context, async () => {})
  // A trainer that is given one prompt for two responses cannot say where the two sides tokenise its end differently.
  const units = found.units.filter(({ unit }) => unit.chosenFrom === 0 && unit.rejectedFrom === 0)
  const dpo = dpoSettings(settings)
  const plan = runPlan(units, dpo, SEED)
  const steps = Array.from({ length: plan.steps }, (_, step) => plan.pairsOf(step))
  const attune: AttuneInput = { units, settings, seed: SEED }
  writeFileSync(join(folder, 'attune.json'), JSON.stringify(attune))
  writeFileSync(join(folder, 'steps.json'), JSON.stringify({ beta: settings.beta, ...forPython(opened, dpo, steps) }))
  await writeModel(folder, opened, parseSettings('dpo', {}))
  return { folder, opened, settings: dpo, steps, leftOut: pairs.length - units.length }
}

function forPython({ checkpoint: { config } }: OpenedModel, settings: DpoSettings, steps: readonly PairUnit[][]) {
  return {
    tuning: settings.tuning,
    lora: adapterSettings(config, settings),
    batch: settings.batch_pairs,
    schedule: settings.schedule,
    learning_rate: settings.learning_rate,
    weight_decay: settings.weight_decay,
    max_grad_norm: settings.max_grad_norm,
    adam: { beta1: settings.adam_beta1, beta2: settings.adam_beta2, epsilon: settings.adam_epsilon },
    pad: config.pad ?? config.eos[0] ?? 0,
    steps: steps.map((pairs, step) => ({
      learning_rate:
        settings.learning_rate * scheduleFactor(settings.schedule, { step, steps: steps.length, warmup: 0 }),
      pairs: pairs.map(stepPair),
    })),
  }
}

const stepPair = ({ id, unit }: PairUnit): StepPair => ({
  ...{ id, prompt: unit.shared, chosen: unit.chosen, rejected: unit.rejected },
})

async function pairsOf(file: string): Promise<TrainPair[]> {
  const pairs: TrainPair[] = []
  const opened = await openPairFile(file)
  for await (const row of opened.rows())
    if ('pair' in row) {
      const { prompt, chosen, rejected } = row.pair
      pairs.push({ id: (pairs.length + 1) as TrainPair['id'], prompt, chosen, rejected })
    }
  return pairs
}

/**
 * Writes the model and its first adapter, that of LoRA's `settings`, with the app's own export: an adapter whose B is zero
 * leaves the weights as they are. Full tuning takes the same road and leaves the adapter aside.
 */
async function writeModel(folder: string, opened: OpenedModel, settings: ParsedSettings): Promise<void> {
  const { config } = opened.checkpoint
  const adapter = adapterSettings(config, dpoSettings(settings))
  if (!adapter) throw new Error('These settings make no adapter')
  const first = initialLora(config, adapter, SEED)
  const plan = Object.entries(loraShapes(config, adapter)).map(([name, shape]) => ({ name, shape }))
  const read = async (name: string) => {
    const value = first[name]
    if (value?.dtype !== 'float32') throw new Error(`${name} is not in the first adapter`)
    return value.data
  }
  const machine = { tensorflow: '', backend: '', device: '', precision: 'float32', why: null }
  const state = { step: 0, seed: SEED, settings, pairsHash: '', machine }
  const { path } = await writeCheckpoint(join(folder, 'start'), state, { plan, read }, { plan: [], read })
  const context = { tell: () => {}, stop: new AbortController().signal }
  const job = { model: opened.location, checkpoint: path, settings, baseName: join(folder, 'model') }
  await carryAway({ ...job, format: 'merged', to: join(folder, 'model') }, context)
  await carryAway({ ...job, format: 'peft', to: join(folder, 'adapter') }, context)
}
