// The language-model head fused with the log-probability: log softmax(h W^T)[target] without ever holding all [N, V] logits.
// With a frozen head the gradient with respect to h is dy * (W[target] - softmax W), which the forward pass computes on its way.
import * as tf from '../tf.ts'
import type { Tensor, Tensor1D, Tensor2D } from '../tf.ts'
import { withGradient } from '../custom-gradient.ts'
import { byTile, responsesAtOnce, tilesOf } from './tiles.ts'

/** Readings of each position, all [N]; only `logps` carries a gradient, and `entropy` where that was asked for. */
export type LogProbs = {
  /** log probability of the target, natural log. */
  logps: Tensor1D
  /** Entropy of the next-token distribution, in nats. */
  entropy: Tensor1D
  /** Probability of the most probable token. */
  topMass: Tensor1D
  /** 1 where the target is the most probable token, else 0. */
  isTop: Tensor1D
  /** log of the sum of squared probabilities, where `squares` was asked for: the likelihood of a token drawn from them, as WPO compares with. */
  logSquares?: Tensor1D
  /** Probability of the `likeliest` most probable tokens together, where that was asked for. */
  likeliestMass?: Tensor1D
}

export type LogProbOptions = {
  /** What the gradient flows to: nothing, the hidden states (frozen head), or these and the head. Default 'hidden'. */
  gradient?: 'none' | 'hidden' | 'both'
  /** Positions held at a time. Default: `responsesAtOnce`. */
  tile?: number
  /** Whether `logSquares` is read too: one more pass over the logits. Default: no. */
  squares?: boolean
  /** How many tokens `likeliestMass` is read of; of a smaller vocabulary all. Default 0: it is not read. */
  likeliest?: number
  /** Whether `entropy` carries a gradient too: one more product with 'hidden', two more with 'both'. Default: no. */
  entropyGradient?: boolean
}

/**
 * Log-probability of each target under softmax(h W^T), with entropy and top token. h is [N, D], W [V, D], targets int32 [N] in [0, V).
 * Costs two products of N x D x V with gradient 'hidden' (both in the forward pass), four with 'both', one with 'none'.
 */
export function responseLogProbs(h: Tensor2D, W: Tensor2D, targets: Tensor1D, options: LogProbOptions = {}): LogProbs {
  const { tile = responsesAtOnce(W.shape[0]), gradient = 'hidden', entropyGradient = false } = options
  const { squares = false, likeliest = 0 } = options
  const readings = readingsWithGradient(h, W, targets, { tile, gradient, squares, likeliest, entropyGradient }) // [N, 4], and one more for each that is asked for
  const [logps, entropy, topMass, isTop, ...asked] = tf
    .split(readings, readings.shape[1], 1)
    .map((part) => tf.reshape<tf.Rank.R1>(part, [h.shape[0]]))
  return {
    ...{ logps: logps!, entropy: entropy!, topMass: topMass!, isTop: isTop! },
    ...{ logSquares: squares ? asked[0] : undefined, likeliestMass: likeliest > 0 ? asked.at(-1) : undefined },
  }
}

function readingsWithGradient(
  h: Tensor2D,
  W: Tensor2D,
  targets: Tensor1D,
  { tile, gradient, entropyGradient, ...asked }: Required<LogProbOptions>,
): Tensor2D {
  const forward = () =>
    byTile<[Tensor2D, Tensor1D]>(tile, [h, targets], (h, targets) => {
      const found = distribution(h, W, targets)
      return [readingsOf(found, tf.div(tf.sum(tf.mul(found.unscaled, found.shifted), 1, true), found.total), asked)]
    })[0]!
  if (gradient === 'none') return forward()
  if (gradient === 'both') {
    return withGradient(
      [h, W],
      () => ({ value: forward(), saved: [h, W, targets] }),
      (dy, [h, W, targets]) =>
        trainedBackward(
          { logps: column(dy, 0), entropy: entropyGradient ? column(dy, 1) : null },
          { h: h as Tensor2D, W: W as Tensor2D, targets: targets as Tensor1D },
          tile,
        ),
    )
  }
  return withGradient(
    [h],
    () => {
      const [value, ...directions] = byTile<[Tensor2D, Tensor1D]>(tile, [h, targets], (h, targets) => {
        const found = distribution(h, W, targets)
        const mean = tf.div<Tensor2D>(tf.matMul(found.unscaled, W), found.total) // softmax W, [n, D]
        // The mean of the logits is h . mean: no pass over all of them.
        const expected = tf.sub<Tensor2D>(tf.sum(tf.mul(h, mean), 1, true), found.top) // [n, 1]
        const towards = tf.sub<Tensor2D>(tf.gather(W, targets), mean)
        const flatter = entropyGradient ? [flattening(found, W, { mean, expected })] : []
        return [readingsOf(found, expected, asked), towards, ...flatter]
      })
      return { value: value!, saved: directions }
    },
    (dy, [towards, flatter]) => {
      const own = tf.mul<Tensor2D>(column(dy, 0), towards!)
      return [flatter ? tf.add(own, tf.mul(column(dy, 1), flatter)) : own]
    },
  )
}

/** Softmax of one tile: `unscaled` / `total` are the probabilities, `shifted` the logits less their maximum. */
function distribution(h: Tensor2D, W: Tensor2D, targets: Tensor1D) {
  const [n] = h.shape
  const [V] = W.shape
  const logits = tf.matMul<Tensor2D>(h, W, false, true) // [n, V]
  const top = tf.max<Tensor2D>(logits, 1, true) // [n, 1]
  const shifted = tf.sub<Tensor2D>(logits, top) // [n, V]
  const unscaled = tf.exp(shifted) // [n, V]
  const total = tf.sum<Tensor2D>(unscaled, 1, true) // [n, 1]
  // The target's logit is read from the same product as the sum, so that it can never exceed it by rounding.
  const rowStarts = tf.mul(tf.range(0, n, 1, 'int32'), tf.scalar(V, 'int32'))
  const target = tf.reshape(tf.gather(tf.reshape(shifted, [n * V]), tf.add(rowStarts, targets)), [n, 1]) // [n, 1]
  return { top, shifted, unscaled, total, target }
}

/**
 * d entropy / dh = -sum over v of p_v (log p_v + H) W_v, [n, D]. log p is `shifted` less log `total`, and H that less `expected`, so
 * log p_v + H is `shifted` less its mean.
 */
function flattening(
  { unscaled, shifted, total }: ReturnType<typeof distribution>,
  W: Tensor2D,
  { mean, expected }: { mean: Tensor2D; expected: Tensor2D },
): Tensor2D {
  const weighted = tf.div<Tensor2D>(tf.matMul(tf.mul<Tensor2D>(unscaled, shifted), W), total) // [n, D]
  return tf.sub(tf.mul<Tensor2D>(expected, mean), weighted)
}

/** @param expected the mean of `shifted` under the probabilities, [n, 1] */
function readingsOf(
  { unscaled, total, target }: ReturnType<typeof distribution>,
  expected: Tensor2D,
  { squares, likeliest }: Required<Pick<LogProbOptions, 'squares' | 'likeliest'>>,
): Tensor2D {
  const logTotal = tf.log(total) // [n, 1]
  const logps = tf.sub<Tensor2D>(target, logTotal)
  const entropy = tf.sub<Tensor2D>(logTotal, expected)
  const isTop = tf.cast<Tensor2D>(tf.greaterEqual(target, 0), 'float32')
  const read = [logps, entropy, tf.div<Tensor2D>(1, total), isTop]
  // The largest of `unscaled` is 1, so the sum of their squares is no less.
  if (squares) read.push(tf.sub(tf.log(tf.sum(tf.square(unscaled), 1, true)), tf.mul(2, logTotal)))
  if (likeliest > 0) {
    const { values } = tf.topk(unscaled, Math.min(likeliest, unscaled.shape[1]), false) // [n, likeliest]
    read.push(tf.div(tf.sum(values, 1, true), total))
  }
  return tf.concat<Tensor2D>(read, 1) // [n, 4 to 6]
}

/**
 * d logp / dh = W[target] - softmax W and d logp / dW = (onehot - softmax)^T h, with the softmax of each tile made again; where it is asked for,
 * d entropy / dh = -q W and d entropy / dW = -q^T h, q_v = p_v (log p_v + H), on top.
 */
function trainedBackward(
  dy: { logps: Tensor2D; entropy: Tensor2D | null },
  { h, W, targets }: { h: Tensor2D; W: Tensor2D; targets: Tensor1D },
  tile: number,
): Tensor[] {
  const scaled = tf.mul<Tensor2D>(h, dy.logps) // [N, D]
  const scaledFlatter = dy.entropy && tf.mul<Tensor2D>(h, dy.entropy) // [N, D]
  const means: Tensor2D[] = []
  const tilts: Tensor2D[] = []
  let dW: Tensor = tf.unsortedSegmentSum(scaled, targets, W.shape[0]) // [V, D]
  for (const { from, n } of tilesOf(h.shape[0], tile)) {
    const results = tf.tidy(() => {
      const rows = (x: Tensor2D) => tf.slice(x, [from, 0], [n, x.shape[1]])
      const logits = tf.matMul<Tensor2D>(rows(h), W, false, true) // [n, V]
      const softmax = tf.softmax(logits) // [n, V]
      const less = tf.sub(dW, tf.matMul(softmax, rows(scaled), true, false)) // [V, D]
      const mean = tf.matMul<Tensor2D>(softmax, W) // [n, D]
      if (!scaledFlatter) return { mean, less, tilt: [] }
      const q = tilted(logits, softmax) // [n, V]
      return {
        mean,
        less: tf.sub(less, tf.matMul(q, rows(scaledFlatter), true, false)), // [V, D]
        tilt: [tf.matMul<Tensor2D>(q, W)], // [n, D]
      }
    })
    dW.dispose() // [V, D] is the largest tensor here: one of it at a time.
    dW = results.less
    means.push(results.mean)
    tilts.push(...results.tilt)
  }
  const dh = tf.mul<Tensor2D>(dy.logps, tf.sub(tf.gather(W, targets), tf.concat(means)))
  return [dy.entropy ? tf.sub(dh, tf.mul(dy.entropy, tf.concat(tilts))) : dh, dW]
}

/** p_v (log p_v + H) of each row, [n, V]: the logits less their mean, each times its probability. */
function tilted(logits: Tensor2D, softmax: Tensor2D): Tensor2D {
  const mean = tf.sum<Tensor2D>(tf.mul(softmax, logits), 1, true) // [n, 1]
  return tf.mul(softmax, tf.sub(logits, mean))
}

const column = (x: Tensor2D, at: number) => tf.slice(x, [0, at], [x.shape[0], 1])
