// The starter model's tokenizer in Hugging Face form: one token a byte, id = byte, and one token for the end.

export const END = 256
export const V = 257

/** GPT-2's printable stand-ins for bytes (ByteLevel pre-tokenizer): printable Latin-1 keeps itself, the rest moves to U+0100 and up. */
function byteCharacters(): string[] {
  const kept = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  let moved = 0
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(kept(byte) ? byte : 256 + moved++))
}

const end = '<|endoftext|>'

export const tokenizerJson = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [
    { id: END, content: end, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  ],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab: Object.fromEntries([...byteCharacters().map((character, byte) => [character, byte]), [end, END]]),
    merges: [],
  },
}

export const tokenizerConfig = {
  tokenizer_class: 'PreTrainedTokenizerFast',
  model_max_length: 256,
  bos_token: end,
  eos_token: end,
  pad_token: end,
  unk_token: end,
  clean_up_tokenization_spaces: false,
}

/** UTF-8 bytes, which are the token ids. */
export const encoded = (text: string): number[] => [...new TextEncoder().encode(text)]

/** The text before the first end token. */
export function decoded(ids: readonly number[]): string {
  const stop = ids.indexOf(END)
  return new TextDecoder().decode(Uint8Array.from(stop < 0 ? ids : ids.slice(0, stop)))
}
