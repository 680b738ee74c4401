// What a run's probes tell along its steps, from the scores themselves: each measure against the reference, whatever the method.
import type { Probe, ProbeScore } from '#contract'

/** Measures of a run at one step. Those of pairs are means over them; of a kind without probes they are NaN. */
export type Point = {
  step: number
  /** KL(reference || policy) of a response, nats, estimated on answers sampled from the reference; above 0 but for noise. */
  kl: number
  /** Change of log p(chosen) - log p(rejected), nats summed over a response: DPO's margin before beta. */
  trainMargin: number
  heldoutMargin: number
  /** Change of log-probability, nats per token. */
  trainChosen: number
  trainRejected: number
  heldoutChosen: number
  heldoutRejected: number
  other: number
  sampled: number
  /** Share of pairs whose chosen fell although the margin grew. */
  trainSuppressed: number
  heldoutSuppressed: number
  /** Share of held-out pairs whose margin grew, a tie counted as half. */
  heldoutAccuracy: number
  /** Log-probability per token under the reference: how nearly the model would have written it. The same at each step. */
  referenceChosen: number
  referenceRejected: number
}
export type Measure = Exclude<keyof Point, 'step'>

type Side = ProbeScore['chosen']
type PairScore = { chosen: Side; rejected: Side }

/** One point a probed step, in order. */
export function trajectory(probes: readonly Probe[], scores: readonly ProbeScore[]): Point[] {
  const kinds = new Map(probes.map(({ index, kind }) => [index, kind]))
  const steps = [...new Set(scores.map(({ step }) => step))].toSorted((a, b) => a - b)
  return steps.map((step) => {
    const of = scores.filter((score) => score.step === step)
    const kind = (wanted: Probe['kind']) => of.filter(({ index }) => kinds.get(index) === wanted)
    return pointOf(step, pairsOf(kind('train')), pairsOf(kind('heldout')), {
      other: kind('other').map(({ chosen }) => chosen),
      sampled: kind('sampled').map(({ chosen }) => chosen),
    })
  })
}

function pointOf(
  step: number,
  train: readonly PairScore[],
  heldout: readonly PairScore[],
  unseen: { other: readonly Side[]; sampled: readonly Side[] },
): Point {
  return {
    step,
    kl: -mean(unseen.sampled.map(change)),
    trainMargin: mean(train.map(marginChange)),
    heldoutMargin: mean(heldout.map(marginChange)),
    trainChosen: mean(train.map(({ chosen }) => tokenChange(chosen))),
    trainRejected: mean(train.map(({ rejected }) => tokenChange(rejected))),
    heldoutChosen: mean(heldout.map(({ chosen }) => tokenChange(chosen))),
    heldoutRejected: mean(heldout.map(({ rejected }) => tokenChange(rejected))),
    other: mean(unseen.other.map(tokenChange)),
    sampled: mean(unseen.sampled.map(tokenChange)),
    trainSuppressed: mean(train.map(suppressed)),
    heldoutSuppressed: mean(heldout.map(suppressed)),
    heldoutAccuracy: mean(heldout.map((pair) => (1 + Math.sign(marginChange(pair))) / 2)),
    referenceChosen: mean(train.map(({ chosen }) => chosen.reference / chosen.tokens)),
    referenceRejected: mean(train.map(({ rejected }) => rejected.reference / rejected.tokens)),
  }
}

const change = ({ policy, reference }: Side) => policy - reference
const tokenChange = (side: Side) => change(side) / side.tokens
const marginChange = ({ chosen, rejected }: PairScore) => change(chosen) - change(rejected)
const suppressed = (pair: PairScore) => (change(pair.chosen) < 0 && marginChange(pair) > 0 ? 1 : 0)
const pairsOf = (scores: readonly ProbeScore[]): PairScore[] =>
  scores.flatMap(({ chosen, rejected }) => (rejected ? [{ chosen, rejected }] : []))
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
