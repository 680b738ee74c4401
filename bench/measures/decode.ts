// How fast answers are generated.
import { generatedTokens, tokenizePrompt, type Executor, type ModelConfig } from '#ml'
import { loadBackend } from '../../src/main/trainer/engine/backend.ts'
import { openModel } from '../../src/main/trainer/model-files.ts'
import { usualExecutor } from '../attune-executor.ts'
import { overRounds, type Figure, type Measured } from '../figures.ts'
import { modelLocation } from '../model-location.ts'
import { samplePairs } from '../many-pairs.ts'

/** Prompts at once, and answers to each. */
const SHAPES = [
  [1, 1],
  [8, 1],
  [32, 1],
  [8, 4],
  [32, 8],
] as const
const TOKENS = 64
/** Least and most warm rounds a batch size, and the seconds after which no more than the least are begun. */
const ROUNDS = [3, 5] as const
const ENOUGH = 20

/** Seconds until each row has its first token, and all of its tokens. */
type Times = { first: number; all: number }

/**
 * Generates 64 tokens for 1, 8 and 32 prompts of the sample pairs at once, then for 8 and 32 prompts with four and eight answers to each,
 * past any end-of-text, with the executor and the precision that a run would take here and without an adapter. One answer to a prompt is
 * greedy, several are drawn at temperature 1, as rollouts are. For each: seconds to the first token of a cold
 * call, which records and loads the program that reads prompts, and of the whole cold call, which records the one that decodes
 * too; then of warm calls seconds to the first token, and tokens a second of all rows together after it.
 */
export async function measureDecode(model: string): Promise<Measured> {
  const { checkpoint, tokenizer } = await openModel(await modelLocation(model))
  const { executor, precision } = await usualExecutor(await loadBackend())
  for (const name of checkpoint.names)
    executor.put(name, { dtype: 'float32', shape: checkpoint.shape(name), data: await checkpoint.tensor(name) })
  const prompts = samplePairs()
    .slice(0, Math.max(...SHAPES.map(([prompts]) => prompts)))
    .map(({ prompt }) => tokenizePrompt(tokenizer, prompt))
  const figures: Figure[] = []
  for (const [asked, each] of SHAPES) {
    const batch = asked * each
    const name = each === 1 ? `batch ${batch}` : `${asked} prompts by ${each}`
    const call = () => timed(executor, checkpoint.config, prompts.slice(0, asked), each)
    const cold = await call()
    const warm: Times[] = []
    const enough = performance.now() + 1000 * ENOUGH
    do warm.push(await call())
    while (warm.length < ROUNDS[performance.now() < enough ? 1 : 0])
    const rate = ({ first, all }: Times) => (batch * (TOKENS - 1)) / (all - first)
    figures.push(
      { name: `${name}, cold: first token`, unit: 's', value: cold.first },
      { name: `${name}, cold: whole call`, unit: 's', value: cold.all },
      overRounds(
        `${name}, warm: first token`,
        's',
        warm.map(({ first }) => first),
      ),
      overRounds(`${name}, warm: after it`, 'tokens/s', warm.map(rate)),
    )
  }
  const longest = Math.max(...prompts.map(({ length }) => length))
  executor.dispose()
  return { figures, note: `${executor.backend}, ${precision}; prompts of up to ${longest} tokens` }
}

async function timed(
  executor: Executor,
  config: ModelConfig,
  prompts: readonly number[][],
  each: number,
): Promise<Times> {
  const batch = prompts.length * each
  const options = { maxTokens: TOKENS, seed: 0, temperature: each === 1 ? 0 : 1, eos: [], batch, each }
  const from = performance.now()
  const seconds = () => (performance.now() - from) / 1000
  let made = 0
  let first = 0
  for await (const _ of generatedTokens(executor, config, prompts, options)) if (++made === batch) first = seconds()
  return { first, all: seconds() }
}
