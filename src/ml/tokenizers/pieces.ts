// The text of each token by itself, so that the pieces join to the text of all.
import type { Tokenizer } from './tokenizer.ts'

const REPLACEMENT = '\uFFFD'

/**
 * One piece a token: joined they are `decode(ids)`. A character whose bytes lie in several tokens is the piece of the last of them, and the
 * earlier ones are empty. For byte-level tokenizers, whose texts may be parted wherever a character ends.
 */
export function tokenPieces({ decode }: Pick<Tokenizer, 'decode'>, ids: readonly number[]): string[] {
  let open: number[] = []
  /** Of the text of `open`, the characters that are told. */
  let told = 0
  return ids.map((id, i) => {
    open.push(id)
    const text = decode(open)
    const whole = i === ids.length - 1 ? text : withoutTail(text)
    const piece = whole.slice(told)
    told = whole.length
    if (whole.length === text.length) [open, told] = [[], 0]
    return piece
  })
}

/** Without what may be the bytes of a character that has not ended yet. */
function withoutTail(text: string): string {
  let end = text.length
  while (text[end - 1] === REPLACEMENT) end--
  return text.slice(0, end)
}
