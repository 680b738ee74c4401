// From logits to the next token, on the host: repetition penalty (Keskar et al. 2019), temperature, top-k, top-p
// (nucleus sampling, Holtzman et al. 2020), in the order in which Transformers applies them.

/** How the next token is drawn. */
export type Sampling = {
  /** 0 takes the most probable token; 1 leaves the model's distribution as it is. */
  temperature: number
  /** Only the k most probable tokens; 0 means all. */
  topK: number
  /** Only the most probable tokens that together hold this share, in (0, 1]; 1 means all. */
  topP: number
  /** Above 1 makes tokens that already stand in the text less likely; 1 is off. */
  repetitionPenalty: number
}

/** A token that may be drawn and its share. */
export type Candidate = { token: number; share: number }

/** Throws one plain line when a setting is out of range. */
export function checkSampling({ temperature, topK, topP, repetitionPenalty }: Sampling): void {
  if (!(temperature >= 0 && temperature < Infinity))
    throw new Error(`Sampling temperature must be 0 or more, got ${temperature}.`)
  if (!Number.isInteger(topK) || topK < 0)
    throw new Error(`Sampling top-k must be a whole number, 0 for all tokens, got ${topK}.`)
  if (!(topP > 0 && topP <= 1)) throw new Error(`Sampling top-p must be above 0 and at most 1, got ${topP}.`)
  if (!(repetitionPenalty > 0 && repetitionPenalty < Infinity))
    throw new Error(`Repetition penalty must be above 0 (1 is off), got ${repetitionPenalty}.`)
}

/** The next token for logits [V], the tokens already in the text, and a uniform number in [0, 1). */
export function nextToken(logits: Float32Array, seen: readonly number[], sampling: Sampling, uniform: number): number {
  const penalised = withRepetitionPenalty(logits, seen, sampling.repetitionPenalty)
  if (sampling.temperature === 0) return mostProbable(penalised)
  return tokenOfShares(probabilities(penalised, sampling.temperature), sampling, uniform)
}

/** A numeric array of one share for each token. */
type Shares = Float32Array | Float64Array

/** The same for what is softmax(logits / temperature) already. */
export function tokenOfShares(shares: Shares, { topK: k, topP: p }: Sampling, uniform: number): number {
  // Without a filter the order is of no account, and sorting would take most of the time.
  if (k === 0 && p >= 1) return drawnInOrder(shares, uniform)
  return drawn(topP(topK(candidates(shares, p), k), p), uniform)
}

/** Divides positive logits of seen tokens by the penalty and multiplies negative ones, each token once. */
export function withRepetitionPenalty(logits: Float32Array, seen: readonly number[], penalty: number): Float32Array {
  if (penalty === 1) return logits
  const changed = logits.slice()
  for (const token of new Set(seen)) {
    const logit = changed[token]
    if (logit !== undefined) changed[token] = logit > 0 ? logit / penalty : logit * penalty
  }
  return changed
}

/** Index of the largest logit, the first of equals. */
export function mostProbable(logits: ArrayLike<number>): number {
  let best = 0
  for (let token = 1; token < logits.length; token++) if (logits[token]! > logits[best]!) best = token
  return best
}

/** softmax(logits / temperature). */
export function probabilities(logits: Float32Array, temperature: number): Float64Array {
  const top = logits[mostProbable(logits)]!
  const shares = new Float64Array(logits.length)
  let total = 0
  for (let token = 0; token < shares.length; token++)
    total += shares[token] = Math.exp((logits[token]! - top) / temperature)
  for (let token = 0; token < shares.length; token++) shares[token]! /= total
  return shares
}

const nothingToDraw = 'No token can be drawn: the model gave no finite probability.'

/** Most probable first, equals by token; `least` is the top-p that follows. */
export function candidates(shares: Shares, least = 1): Candidate[] {
  // All tokens rarer than this hold less than 1 - p together: they never reach the nucleus and need no sorting.
  const floor = (1 - least) / shares.length
  const found: Candidate[] = []
  for (let token = 0; token < shares.length; token++) {
    if (shares[token]! >= floor && shares[token]! > 0) found.push({ token, share: shares[token]! })
  }
  return found.sort((a, b) => b.share - a.share || a.token - b.token)
}

/** The k first of sorted candidates, made to sum to 1; all of them for k = 0. */
export function topK(sorted: readonly Candidate[], k: number): Candidate[] {
  return k === 0 ? [...sorted] : normalised(sorted.slice(0, k))
}

/** The shortest head of sorted candidates that holds at least p of their mass; never empty. */
export function topP(sorted: readonly Candidate[], p: number): Candidate[] {
  if (p >= 1) return [...sorted]
  let held = 0
  const last = sorted.findIndex(({ share }) => (held += share) >= p)
  return normalised(last < 0 ? sorted : sorted.slice(0, last + 1))
}

/** The candidate at a uniform number in [0, 1) of the cumulative shares. */
export function drawn(among: readonly Candidate[], uniform: number): number {
  const total = among.reduce((sum, { share }) => sum + share, 0)
  let left = uniform * total
  const found = among.find(({ share }) => (left -= share) < 0)
  const token = (found ?? among.at(-1))?.token
  if (token === undefined) throw new Error(nothingToDraw)
  return token
}

/** The token at a uniform number in [0, 1) of the cumulative shares of all tokens, in their own order. */
export function drawnInOrder(shares: Shares, uniform: number): number {
  // Of float32 numbers the sum is not 1 to the last digit, and what is missing must not go to the last token.
  let total = 0
  for (let token = 0; token < shares.length; token++) total += shares[token]!
  let left = uniform * total
  let last = -1
  for (let token = 0; token < shares.length; token++) {
    if (!(shares[token]! > 0)) continue
    last = token
    if ((left -= shares[token]!) < 0) return token
  }
  if (last < 0) throw new Error(nothingToDraw)
  return last
}

function normalised(among: readonly Candidate[]): Candidate[] {
  const total = among.reduce((sum, { share }) => sum + share, 0)
  return among.map(({ token, share }) => ({ token, share: share / total }))
}
