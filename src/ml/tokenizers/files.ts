// What a tokenizer is made of, as Transformers keeps it in a model folder; nothing here is believed before it is opened.
import { isObject, jsonObject } from '../weights/hostile.ts'
import type { Folder } from '../weights/source.ts'

/** The parsed files of a tokenizer. `template` is the chat template's source, null when the model has none. */
export type TokenizerFiles = {
  /** tokenizer.json: model, normaliser, pre-tokenizer, post-processor, decoder, added tokens. */
  tokenizer: Record<string, unknown>
  /** tokenizer_config.json: the special tokens' names. */
  config: Record<string, unknown>
  template: string | null
}

const TOKENIZER_LIMIT = 128 * 1024 * 1024
const CONFIG_LIMIT = 16 * 1024 * 1024
const TEMPLATE_LIMIT = 1024 * 1024

/** Reads the tokenizer of a model folder. A folder without tokenizer.json is refused with the way to make one. */
export async function readTokenizerFiles(folder: Folder, names: ReadonlySet<string>): Promise<TokenizerFiles> {
  if (!names.has('tokenizer.json')) {
    throw new Error(
      'the folder has no tokenizer.json; older tokenizers are not read: load it once with AutoTokenizer of Transformers ' +
        'and save_pretrained writes one',
    )
  }
  const read = async (name: string, limit: number) =>
    names.has(name) ? jsonObject(await folder.text(name, limit), name) : null
  const config = (await read('tokenizer_config.json', CONFIG_LIMIT)) ?? {}
  const special = await read('special_tokens_map.json', CONFIG_LIMIT)
  return {
    tokenizer: jsonObject(await folder.text('tokenizer.json', TOKENIZER_LIMIT), 'tokenizer.json'),
    config: { ...special, ...config },
    template: names.has('chat_template.jinja')
      ? await folder.text('chat_template.jinja', TEMPLATE_LIMIT)
      : templateOf(config['chat_template']),
  }
}

/** The texts to write beside a model's weights, by file name. */
export function tokenizerTexts({ tokenizer, config, template }: TokenizerFiles): Record<string, string> {
  const { chat_template: _, ...rest } = config
  return {
    'tokenizer.json': JSON.stringify(tokenizer),
    'tokenizer_config.json': `${JSON.stringify(template === null ? rest : { ...rest, chat_template: template }, null, 2)}\n`,
    ...(template === null ? {} : { 'chat_template.jinja': template }),
  }
}

/**
 * Texts that decide which tokens a text or a chat becomes: hash them to know whether two models tokenise alike.
 * `tokenizer` is megabytes long for large vocabularies.
 */
export function tokenizerIdentity({ tokenizer, config, template }: TokenizerFiles): {
  tokenizer: string
  template: string
} {
  const names = ['bos_token', 'eos_token', 'pad_token', 'unk_token'].map((name) => config[name] ?? null)
  return { tokenizer: JSON.stringify([tokenizer, names]), template: template ?? '' }
}

/** A template is a text, or in older files a list of named ones. */
function templateOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return null
  const named = value.filter(isObject)
  const chosen = named.find(({ name }) => name === 'default') ?? named[0]
  return typeof chosen?.['template'] === 'string' ? chosen['template'] : null
}
