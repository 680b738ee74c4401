// The tokenizer inside a GGUF as the files of a Hugging Face folder (docs/gguf.md "Tokenizer"; llama.cpp's llama-vocab.cpp).
import type { GgufMetadata } from '../weights/gguf.ts'
import { shown } from '../weights/hostile.ts'
import type { TokenizerFiles } from './files.ts'

/** llama.cpp's numbers for what a token is. */
const TOKEN = { control: 3, userDefined: 4 } as const

/**
 * Builds tokenizer.json and tokenizer_config.json from GGUF metadata. Byte-level BPE only ("gpt2"), with the splitting rules
 * of SmolLM, Llama 3, Qwen2 and GPT-2; other tokenizers are refused by name.
 */
export function tokenizerFromGguf(metadata: GgufMetadata, what = 'GGUF file'): TokenizerFiles {
  const kind = metadata.get('tokenizer.ggml.model')
  if (kind !== 'gpt2') {
    throw new Error(
      `${what}: its tokenizer is ${shown(kind ?? null)}; only byte-level BPE ("gpt2") is read from GGUF, ` +
        "so add the model's Hugging Face folder instead",
    )
  }
  const tokens = texts(metadata, 'tokenizer.ggml.tokens', what)
  const split = splitting(metadata, what)
  const idOf = (name: string) => {
    const id = metadata.get(`tokenizer.ggml.${name}_token_id`)
    return typeof id === 'number' && tokens[id] !== undefined ? id : null
  }
  const nameOf = (name: string) => tokens[idOf(name) ?? -1] ?? null
  const bos = idOf('bos')
  const addBos = bos !== null && (metadata.get('tokenizer.ggml.add_bos_token') ?? split.addBos) === true
  const template = metadata.get('tokenizer.chat_template')
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: addedTokens(metadata, tokens),
      normalizer: split.normalizer,
      pre_tokenizer: split.preTokenizer,
      post_processor: addBos ? withBos(tokens[bos]!, bos) : byteLevel(false, true),
      decoder: byteLevel(true, true),
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: split.ignoreMerges,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges: texts(metadata, 'tokenizer.ggml.merges', what).map((merge) => mergedPair(merge, what)),
      },
    },
    config: {
      // The generic class takes tokenizer.json as it stands; a model's own class may put its own splitting in place.
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: nameOf('bos'),
      eos_token: nameOf('eos'),
      unk_token: nameOf('unknown'),
      pad_token: nameOf('padding'),
      clean_up_tokenization_spaces: false,
    },
    template: typeof template === 'string' ? template : null,
  }
}

type Splitting = { normalizer: object | null; preTokenizer: object; ignoreMerges: boolean; addBos: boolean }

/** Which splitting the name in `tokenizer.ggml.pre` stands for; files from before that key go by their architecture. */
function splitting(metadata: GgufMetadata, what: string): Splitting {
  const architecture = metadata.get('general.architecture')
  const byArchitecture =
    architecture === 'gpt2' ? 'gpt-2' : String(architecture).startsWith('qwen') ? 'qwen2' : 'default'
  const given = metadata.get('tokenizer.ggml.pre') ?? 'default'
  const name = given === 'default' ? byArchitecture : given
  const plain = { normalizer: null, ignoreMerges: false, addBos: false }
  switch (name) {
    case 'smollm':
      return { ...plain, preTokenizer: sequence({ type: 'Digits', individual_digits: true }, byteLevel(true, true)) }
    case 'gpt-2':
    case 'gpt2':
      return { ...plain, preTokenizer: byteLevel(true, true) }
    case 'llama-bpe':
    case 'llama3':
    case 'llama-v3':
      return { ...plain, preTokenizer: gpt4Style('\\p{N}{1,3}'), ignoreMerges: true, addBos: true }
    case 'qwen2':
    case 'deepseek-r1-qwen':
      return { ...plain, preTokenizer: gpt4Style('\\p{N}'), normalizer: { type: 'NFC' } }
    default:
      throw new Error(
        `${what}: the tokenizer splits text by the rule ${shown(name)}; known are smollm, llama-bpe, qwen2 and gpt-2, ` +
          "so add the model's Hugging Face folder instead",
      )
  }
}

/** GPT-4's splitting with its number rule left open: Llama 3 takes up to three digits at a time, Qwen2 one. */
function gpt4Style(numbers: string): object {
  const Regex =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" +
    `${numbers}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`
  return sequence({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false }, byteLevel(false, true))
}

function byteLevel(useRegex: boolean, trimOffsets: boolean): object {
  return { type: 'ByteLevel', add_prefix_space: false, trim_offsets: trimOffsets, use_regex: useRegex }
}

function sequence(...pretokenizers: object[]): object {
  return { type: 'Sequence', pretokenizers }
}

function withBos(token: string, id: number): object {
  const bos = { SpecialToken: { id: token, type_id: 0 } }
  const text = (name: string, type_id: number) => ({ Sequence: { id: name, type_id } })
  return {
    type: 'TemplateProcessing',
    single: [bos, text('A', 0)],
    pair: [bos, text('A', 0), bos, text('B', 1)],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  }
}

function addedTokens(metadata: GgufMetadata, tokens: readonly string[]): object[] {
  const types = metadata.get('tokenizer.ggml.token_type')
  if (!Array.isArray(types)) return []
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false }
  return tokens.flatMap((content, id) => {
    if (types[id] !== TOKEN.control && types[id] !== TOKEN.userDefined) return []
    return content === '' ? [] : [{ id, content, ...plain, special: types[id] === TOKEN.control }]
  })
}

function texts(metadata: GgufMetadata, key: string, what: string): string[] {
  const list = metadata.get(key)
  if (!Array.isArray(list) || list.length === 0) throw new Error(`${what}: metadata ${key} is missing`)
  return list.map((text) => {
    if (typeof text !== 'string') throw new Error(`${what}: metadata ${key} holds something that is no text`)
    return text
  })
}

function mergedPair(merge: string, what: string): [string, string] {
  const space = merge.indexOf(' ', 1)
  if (space < 0) throw new Error(`${what}: tokenizer.ggml.merges holds ${shown(merge)}, which is no pair`)
  return [merge.slice(0, space), merge.slice(space + 1)]
}
