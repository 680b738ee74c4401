// tokenizer.json made fit for @huggingface/tokenizers: checked, and put in the words that it computes as the Rust library does.
import { isObject, shown } from '../weights/hostile.ts'

type Json = Record<string, unknown>

const VOCABULARY_LIMIT = 4_194_304
const PATTERN_LIMIT = 4_096
/** What `\d` and `Digits` mean in Rust: every numeric character, not only 0 to 9. */
const NUMERIC = '\\p{N}'
const GPT2_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

/** A checked copy to hand to the library, and the number of ids it speaks of (the largest id plus one). */
export function fittedTokenizer(json: Json): { json: Json; V: number } {
  const { model, added_tokens: added = [] } = json
  if (!isObject(model) || (model['type'] ?? 'BPE') !== 'BPE') {
    const type = isObject(model) ? model['type'] : null
    throw new Error(
      `tokenizer.json: its model is ${shown(type)}; only BPE is supported, which all supported models use`,
    )
  }
  const { vocab, merges } = model
  if (!isObject(vocab) || !Array.isArray(merges) || !merges.every(isMerge)) {
    throw new Error('tokenizer.json: its model has no vocabulary and merges')
  }
  if (!Array.isArray(added) || !added.every(isAddedToken)) {
    throw new Error('tokenizer.json: its added_tokens are not a list of texts with ids')
  }
  let V = 0
  for (const id of [...Object.values(vocab), ...added.map(({ id }) => id)]) {
    if (!isId(id)) throw new Error(`tokenizer.json: the token id ${shown(id)} is not between 0 and ${VOCABULARY_LIMIT}`)
    V = Math.max(V, id + 1)
  }
  const optional = (name: string) => (isObject(json[name]) ? json[name] : null)
  return {
    V,
    json: {
      model: { ...model, type: 'BPE' },
      added_tokens: added,
      normalizer: optional('normalizer'),
      pre_tokenizer: fittedSplitting(optional('pre_tokenizer')),
      post_processor: optional('post_processor'),
      decoder: optional('decoder'),
    },
  }
}

/**
 * The library takes `\s` and digits as JavaScript does inside ByteLevel and Digits, but as Rust does inside Split; so both are
 * said as a Split. Ways of splitting that it would silently treat as another are refused.
 */
function fittedSplitting(step: Json | null): Json | null {
  if (step === null) return null
  switch (step['type']) {
    case 'Sequence': {
      const steps = step['pretokenizers']
      if (!Array.isArray(steps)) throw new Error('tokenizer.json: a Sequence without pretokenizers')
      return { ...step, pretokenizers: steps.filter(isObject).map(fittedSplitting) }
    }
    case 'Digits':
      return isolated(step['individual_digits'] === true ? NUMERIC : `${NUMERIC}+`)
    case 'ByteLevel': {
      if (step['use_regex'] === false || step['add_prefix_space'] === true) return step
      return { type: 'Sequence', pretokenizers: [isolated(GPT2_PATTERN), { ...step, use_regex: false }] }
    }
    case 'Split': {
      const pattern = isObject(step['pattern']) ? (step['pattern']['Regex'] ?? step['pattern']['String']) : undefined
      if (typeof pattern !== 'string' || pattern.length > PATTERN_LIMIT) {
        throw new Error(`tokenizer.json: a Split without a pattern, or one of more than ${PATTERN_LIMIT} characters`)
      }
      const behavior = String(step['behavior'] ?? '').toLowerCase()
      if (behavior === 'removed' || (behavior === 'isolated' && step['invert'] !== true)) return step
      throw new Error(`tokenizer.json: splitting by "${shown(behavior)}" is not supported`)
    }
    default:
      return step
  }
}

function isolated(Regex: string): Json {
  return { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false }
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < VOCABULARY_LIMIT
}

function isMerge(merge: unknown): boolean {
  if (typeof merge === 'string') return merge.includes(' ')
  return Array.isArray(merge) && merge.length === 2 && merge.every((part) => typeof part === 'string')
}

function isAddedToken(token: unknown): token is { id: number; content: string } {
  return isObject(token) && typeof token['content'] === 'string' && token['content'] !== '' && isId(token['id'])
}
