// Opening a Hugging Face folder as a checkpoint: config.json, safetensors in one file or many, tokenizer files.
import type { ModelConfig } from '../models/config.ts'
import { readTokenizerFiles } from '../tokenizers/files.ts'
import { rewardHead } from './architecture.ts'
import { type Checkpoint, type Stored, checkedTensors } from './checkpoint.ts'
import { isObject, jsonObject } from './hostile.ts'
import { configFromHuggingFace, headFromHuggingFace } from './hugging-face-config.ts'
import { readSafetensorsHeader, readTensor } from './safetensors.ts'
import { shardedIndex } from './sharded-index.ts'
import type { Folder } from './source.ts'

const CONFIG_LIMIT = 4 * 1024 * 1024
const INDEX_LIMIT = 64 * 1024 * 1024
const ONE_FILE = 'model.safetensors'
const INDEX = 'model.safetensors.index.json'

/** Opens a model folder as Transformers writes them. Refusals are one line; nothing in the folder is executed. */
export async function openHuggingFace(folder: Folder): Promise<Checkpoint> {
  const names = new Set(await folder.list())
  if (!names.has('config.json')) {
    const adapter = names.has('adapter_config.json')
    throw new Error(
      adapter ? 'the folder holds a PEFT adapter, not a model; add its base model' : 'the folder has no config.json',
    )
  }
  const configJson = jsonObject(await folder.text('config.json', CONFIG_LIMIT), 'config.json')
  const config = await withGenerationEos(configFromHuggingFace(configJson), folder, names)
  const head = headFromHuggingFace(configJson)
  const stored = await storedTensors(folder, names, config)
  const unused = (key: string) => UNUSED.test(key) || ((config.tied || head === 'reward') && key === 'lm_head.weight')
  return {
    format: 'huggingface',
    config,
    head,
    configJson,
    tokenizer: await readTokenizerFiles(folder, names),
    ...checkedTensors(config, head, stored, (place) => place.name, unused, 'the folder'),
  }
}

/** Buffers that older versions saved among the weights: RoPE's frequencies and GPT-2's causal masks. */
const UNUSED = /\.rotary_emb\.inv_freq$|^transformer\.h\.\d+\.attn\.(bias|masked_bias)$/

async function storedTensors(
  folder: Folder,
  names: ReadonlySet<string>,
  config: ModelConfig,
): Promise<Map<string, Stored>> {
  const stored = new Map<string, Stored>()
  for (const [file, wanted] of await filesOf(folder, names)) {
    const source = await folder.open(file)
    for (const [name, entry] of await readSafetensorsHeader(source, file)) {
      if (wanted && !wanted.has(name)) continue
      const what = `${file}: tensor "${name}"`
      stored.set(withPrefix(name, config), {
        shape: entry.shape,
        type: entry.dtype,
        bytes: entry.length,
        read: () => readTensor(source, entry, what),
      })
    }
  }
  return stored
}

/** The weight files, each with the tensors to take from it (null: all). */
async function filesOf(folder: Folder, names: ReadonlySet<string>): Promise<Map<string, ReadonlySet<string> | null>> {
  if (names.has(INDEX)) {
    const files = new Map<string, Set<string>>()
    for (const [name, file] of shardedIndex(jsonObject(await folder.text(INDEX, INDEX_LIMIT), INDEX))) {
      if (!names.has(file)) throw new Error(`${INDEX} names "${file}", which is not in the folder`)
      const wanted = files.get(file) ?? new Set()
      files.set(file, wanted.add(name))
    }
    return files
  }
  if (names.has(ONE_FILE)) return new Map([[ONE_FILE, null]])
  const pickled = [...names].some((name) => /^pytorch_model.*\.bin$|\.pth?$/.test(name))
  throw new Error(
    pickled
      ? 'the folder has PyTorch pickles only, which can execute code and are not opened; save the model as safetensors'
      : `the folder has neither ${ONE_FILE} nor ${INDEX}`,
  )
}

/** Names as the causal model has them; checkpoints of the bare model (GPT-2 on the hub) leave the prefix out. */
function withPrefix(name: string, { family }: ModelConfig): string {
  const prefix = family === 'gpt2' ? 'transformer.' : 'model.'
  return name.startsWith(prefix) || name === 'lm_head.weight' || name === rewardHead ? name : prefix + name
}

/** Instruct models often name their end-of-turn token in generation_config.json alone. */
async function withGenerationEos(
  config: ModelConfig,
  folder: Folder,
  names: ReadonlySet<string>,
): Promise<ModelConfig> {
  if (!names.has('generation_config.json')) return config
  const json: unknown = jsonObject(await folder.text('generation_config.json', CONFIG_LIMIT), 'generation_config.json')
  const eos = isObject(json) ? [json['eos_token_id']].flat() : []
  const ids = eos.filter((id): id is number => Number.isSafeInteger(id) && Number(id) >= 0 && Number(id) < config.V)
  return { ...config, eos: [...new Set([...config.eos, ...ids])] }
}
