// All migrations, in the order of their numbers.
import { pairs } from './0010-pairs.ts'
import { runs } from './0020-runs.ts'
import { evaluations } from './0030-evaluations.ts'
import { labelStrength } from './0040-label-strength.ts'
import { pairMeasures } from './0060-pair-measures.ts'
import { probeKinds } from './0070-probe-kinds.ts'
import { alerts } from './0080-alerts.ts'
import { studies } from './0100-studies.ts'
import { expected } from './0120-expected.ts'
import { answersAlone } from './0140-answers-alone.ts'
import { outOfDomain } from './0150-out-of-domain.ts'
import { pairNumbers } from './0160-pair-numbers.ts'

export const migrations = [
  ...[pairs, runs, evaluations, labelStrength, pairMeasures, probeKinds, alerts, studies],
  ...[expected, answersAlone, outOfDomain, pairNumbers],
]
