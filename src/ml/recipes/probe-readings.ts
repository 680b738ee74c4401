// From scored probes to the readings of the three properties.
import { answerProbeReadings } from '../diagnostics/answers-alone.ts'
import { degradationReadings } from '../diagnostics/degradation.ts'
import { dispersionReadings } from '../diagnostics/dispersion.ts'
import { dropReadings } from '../diagnostics/drop.ts'
import { lengthReadings } from '../diagnostics/length-bias.ts'
import { heldOutReadings } from '../diagnostics/held-out.ts'
import type { PairScore, ResponseScore, RewardOf } from '../diagnostics/score.ts'
import type { Mark } from './plan.ts'
import { splitReadings, type SplitPair } from '../diagnostics/splits.ts'
import type { RunProbe } from './probes.ts'

/** A probe with what was measured on it; `rejected` is null for an unseen response, and for an answer alone, which has a `mark`. */
export type MeasuredProbe = { probe: RunProbe; mark?: Mark; chosen: ResponseScore; rejected: ResponseScore | null }

export type ProbeReadings = ReturnType<typeof probeReadings>

/** All readings of one probing. A reading without probes of its kind is left out. */
export function probeReadings(measured: readonly MeasuredProbe[], reward: RewardOf) {
  const pairs = (kind: RunProbe['kind']): PairScore[] =>
    measured.flatMap(({ probe, chosen, rejected }) => (probe.kind === kind && rejected ? [{ chosen, rejected }] : []))
  const responses = (kind: RunProbe['kind']): ResponseScore[] =>
    measured.flatMap(({ probe, chosen }) => (probe.kind === kind ? [chosen] : []))
  const train = pairs('train')
  const split = measured.flatMap(({ probe, chosen, rejected }): SplitPair[] =>
    probe.kind === 'train' && rejected ? [{ chosen, rejected, origins: probe.origins }] : [],
  )
  const heldout = pairs('heldout')
  const alone = measured.some(({ mark }) => mark !== undefined)
  const marked = (kind: RunProbe['kind'], wanted: Mark): ResponseScore[] =>
    measured.flatMap(({ probe, mark, chosen }) => (probe.kind === kind && mark === wanted ? [chosen] : []))
  const answers = (kind: RunProbe['kind']) => ({ good: marked(kind, 'good'), bad: marked(kind, 'bad') })
  const properties: PropertyReadings = alone
    ? answerProbeReadings(answers('train'), answers('heldout'), reward)
    : pairProbeReadings(train, heldout, reward)
  return {
    ...properties,
    ...splitReadings(split),
    ...dispersionReadings({
      ...{
        train: measured.filter(({ probe }) => probe.kind === 'train'),
        other: responses('other'),
        other_rejected: responses('other-rejected'),
      },
      ...{ near_miss: responses('near-miss'), shuffled: responses('shuffled') },
      ...{
        sampled: responses('sampled'),
        resampled: responses('resampled'),
        out_of_domain: responses('out-of-domain'),
      },
    }),
  }
}

type PropertyReadings = ReturnType<typeof pairProbeReadings> & ReturnType<typeof answerProbeReadings>

function pairProbeReadings(train: readonly PairScore[], heldout: readonly PairScore[], reward: RewardOf) {
  return {
    ...dropReadings(train, heldout),
    ...degradationReadings(train, heldout),
    ...heldOutReadings(heldout, reward),
    ...lengthReadings([...train, ...heldout]),
  }
}
