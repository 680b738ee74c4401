// Responses that nobody gave, made of one that somebody did: near it, and of the same tokens in another order.
import { permutation, randomStream } from '../random.ts'

/** One token in so many is changed, and at least one. */
const spared = 8

/**
 * The response with one in eight of its tokens, and at least one, changed for others drawn from `pool`. The end-of-sequence token at its end stays.
 * Null when there is nothing to change, or nothing to change it for.
 */
export function nearMiss(
  response: readonly number[],
  { pool, eos, seed }: { pool: readonly number[]; eos: readonly number[]; seed: number },
): number[] | null {
  const { words, end } = parted(response, eos)
  const edited = [...words]
  for (const [nth, at] of permutation(randomStream(seed, 'edited places'), words.length)
    .slice(0, Math.max(1, Math.round(words.length / spared)))
    .entries()) {
    const others = pool.filter((token) => token !== words[at])
    if (others.length === 0) return null
    edited[at] = others[randomStream(seed, 'edited tokens').integer(nth, others.length)]!
  }
  return words.length === 0 ? null : [...edited, ...end]
}

/** The tokens of the response in another order; the end-of-sequence token at its end stays. Null when there is no other order. */
export function shuffled(
  response: readonly number[],
  { eos, seed }: { eos: readonly number[]; seed: number },
): number[] | null {
  const { words, end } = parted(response, eos)
  for (let attempt = 0; attempt < 8; attempt++) {
    const other = permutation(randomStream(seed, 'another order', attempt), words.length).map((i) => words[i]!)
    if (other.some((token, i) => token !== words[i])) return [...other, ...end]
  }
  return null
}

function parted(response: readonly number[], eos: readonly number[]) {
  const ends = response.length > 0 && eos.includes(response.at(-1)!) ? 1 : 0
  return { words: response.slice(0, response.length - ends), end: response.slice(response.length - ends) }
}
