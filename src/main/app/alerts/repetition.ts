// How much a text repeats itself.

/** Pieces that make one run. */
const RUN = 4

/**
 * Share of repeated runs of four pieces, 0 to 1: 1 - distinct / all (seq-rep-4 of Welleck et al. 2020, arXiv 1908.04319). A piece is a
 * word, a digit or a sign, so that it needs no tokenizer. 0 for a text that is too short to repeat itself.
 */
export function repetitionOf(text: string): number {
  const pieces = text.match(/\p{L}+|\p{N}|[^\s\p{L}\p{N}]/gu) ?? []
  const runs = pieces.slice(RUN - 1).map((_, i) => pieces.slice(i, i + RUN).join(' '))
  return runs.length === 0 ? 0 : 1 - new Set(runs).size / runs.length
}
