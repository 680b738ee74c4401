// A model's tokenizer: text and chats to token ids and back, as Transformers does it (@huggingface/tokenizers computes).
import { Tokenizer as Library } from '@huggingface/tokenizers'
import { isObject, shown } from '../weights/hostile.ts'
import { type ChatMessage, type ChatOptions, chatTemplate } from './chat-template.ts'
import type { TokenizerFiles } from './files.ts'
import { fittedTokenizer } from './tokenizer-json.ts'

export type SpecialToken = { id: number; text: string }

export type Tokenizer = {
  /** Number of ids the tokenizer speaks of; the model's own vocabulary may be padded beyond it, never below. */
  V: number
  bos: SpecialToken | null
  eos: SpecialToken | null
  /** The padding token, or the end-of-text token where there is none. */
  pad: SpecialToken | null
  /** Whether plain text begins with `bos`. Chats never do so by themselves: their template writes it. */
  addBos: boolean
  hasChat: boolean
  /** Ids of a text; names of special tokens in it become their ids. Nothing is added before or after. */
  encode(text: string): number[]
  /** Ids of a rendered chat. Throws a plain line when there is no template or it refuses the messages. */
  encodeChat(messages: readonly ChatMessage[], options?: ChatOptions): number[]
  renderChat(messages: readonly ChatMessage[], options?: ChatOptions): string
  /** The text of ids; bytes that are no UTF-8 become the replacement character. */
  decode(ids: readonly number[], options?: { skipSpecial?: boolean }): string
}

/** Opens a tokenizer. With `modelV`, refuses one that speaks of ids that the model's embeddings do not have. */
export function openTokenizer({ tokenizer, config, template }: TokenizerFiles, modelV?: number): Tokenizer {
  const { json, V } = fittedTokenizer(tokenizer)
  if (modelV !== undefined && V > modelV) {
    throw new Error(`the tokenizer has ids up to ${V - 1}, the model's embeddings only ${modelV} rows: they do not fit`)
  }
  const library = opened(json)
  const special = (name: string): SpecialToken | null => {
    const named = config[name]
    const text = isObject(named) ? named['content'] : named
    const id = typeof text === 'string' ? library.token_to_id(text) : undefined
    return typeof text === 'string' && id !== undefined ? { id, text } : null
  }
  const [bos, eos, pad] = [special('bos_token'), special('eos_token'), special('pad_token')]
  const texts = SPECIAL_NAMES.flatMap((name) => {
    const token = special(name)
    return token ? [[name, token.text] as const] : []
  })
  const render = template === null ? null : chatTemplate(template, Object.fromEntries(texts))

  function encode(text: string): number[] {
    const { ids } = library.encode(text, { add_special_tokens: false })
    if (!ids.every((id) => Number.isSafeInteger(id))) {
      throw new Error(`the tokenizer has no token for a part of ${shown(text)}`)
    }
    return ids
  }

  function renderChat(messages: readonly ChatMessage[], options?: ChatOptions): string {
    if (!render) throw new Error('the model has no chat template; give prompts and answers as plain text')
    return render(messages, options)
  }

  return {
    V,
    bos,
    eos,
    pad: pad ?? eos,
    addBos: bos !== null && library.encode('a').ids[0] === bos.id && encode('a')[0] !== bos.id,
    hasChat: render !== null,
    encode,
    renderChat,
    encodeChat: (messages, options) => encode(renderChat(messages, options)),
    decode(ids, { skipSpecial = false } = {}) {
      const known = ids.filter((id) => library.id_to_token(id) !== undefined)
      // Cleaning up spaces would give a text that the ids do not stand for.
      const options = { skip_special_tokens: skipSpecial, clean_up_tokenization_spaces: false }
      return known.length ? library.decode(known, options) : ''
    },
  }
}

const SPECIAL_NAMES = ['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const

function opened(json: Record<string, unknown>): Library {
  try {
    return new Library(json, {})
  } catch (problem) {
    throw new Error(
      `tokenizer.json cannot be used: ${shown(problem instanceof Error ? problem.message : String(problem))}`,
    )
  }
}
