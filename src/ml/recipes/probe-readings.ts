// From scored probes to the readings of the three properties.
import { degradationReadings } from '../diagnostics/degradation.ts'
import { dispersionReadings } from '../diagnostics/dispersion.ts'
import { dropReadings } from '../diagnostics/drop.ts'
import { lengthReadings } from '../diagnostics/length-bias.ts'
import { heldOutReadings } from '../diagnostics/held-out.ts'
import type { PairScore, ResponseScore, RewardOf } from '../diagnostics/score.ts'
import type { RunProbe } from './probes.ts'

/** A probe with what was measured on it; `rejected` is null for an unseen response. */
export type MeasuredProbe = { probe: RunProbe; chosen: ResponseScore; rejected: ResponseScore | null }

export type ProbeReadings = ReturnType<typeof probeReadings>

/** All readings of one probing. A reading without probes of its kind is left out. */
export function probeReadings(measured: readonly MeasuredProbe[], reward: RewardOf) {
  const pairs = (kind: RunProbe['kind']): PairScore[] =>
    measured.flatMap(({ probe, chosen, rejected }) => (probe.kind === kind && rejected ? [{ chosen, rejected }] : []))
  const responses = (kind: RunProbe['kind']): ResponseScore[] =>
    measured.flatMap(({ probe, chosen }) => (probe.kind === kind ? [chosen] : []))
  const train = pairs('train')
  const heldout = pairs('heldout')
  return {
    ...dropReadings(train, heldout),
    ...degradationReadings(train, heldout),
    ...dispersionReadings({
      ...{ train, other: responses('other'), other_rejected: responses('other-rejected') },
      ...{ near_miss: responses('near-miss'), shuffled: responses('shuffled') },
      ...{ sampled: responses('sampled'), resampled: responses('resampled') },
    }),
    ...heldOutReadings(heldout, reward),
    ...lengthReadings([...train, ...heldout]),
  }
}
