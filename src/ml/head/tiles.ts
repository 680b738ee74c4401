// Rows a few at a time: what is made of a vocabulary's width is never there for all rows at once.
import * as tf from '../tf.ts'
import type { Tensor, Tensor2D } from '../tf.ts'

/** Positions whose logits over a vocabulary of V are held at a time: as many as make 16 M. */
export function responsesAtOnce(V: number): number {
  return Math.max(1, Math.floor(2 ** 24 / V))
}

/** Runs `f` on one tile of the rows of `given` after another, freeing all but its results, and joins each result along the rows. */
export function byTile<T extends Tensor[]>(tile: number, given: T, f: (...rows: T) => Tensor2D[]): Tensor2D[] {
  const parts = tilesOf(given[0]!.shape[0]!, tile).map(({ from, n }) =>
    tf.tidy(() => {
      const rows = given.map((x) => tf.slice(x, from, n))
      return f(...(rows as T))
    }),
  )
  return parts[0]!.map((_, i) => tf.concat(parts.map((results) => results[i]!)))
}

export function tilesOf(N: number, tile: number): { from: number; n: number }[] {
  return Array.from({ length: Math.ceil(N / tile) }, (_, i) => ({ from: i * tile, n: Math.min(tile, N - i * tile) }))
}
