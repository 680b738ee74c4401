// What a run of the toy came to, in sentences, and the figures of one step beside its table.
import { stepReadings, toyReadings, type ToyFigures, type ToyStep } from '#contract'
import { valueText } from '../../parts/charts/numbers.ts'

/** Below this a decline or rise is rounding or one recorded step's wiggle. */
const NOTHING = 5e-4

/** Degradation and Dispersion of a whole run. */
export function properties(figures: ToyFigures): { name: string; sentence: string }[] {
  const { chosen_decline, chosen_peak, chosen_peak_step, chosen_last, unseen_rise, unseen_last, other_chosen_last } =
    figures
  const degraded = chosen_decline > NOTHING
  const dispersed = unseen_rise > NOTHING
  return [
    {
      name: 'Drop',
      sentence: `Rejected ends at 10 to the power of ${valueText(figures.rejected_last_log10)}.`,
    },
    {
      name: 'Degradation',
      sentence: degraded
        ? `Chosen peaks at ${valueText(chosen_peak)} in step ${chosen_peak_step} and ends ${valueText(chosen_decline)} lower.`
        : `None: chosen ends at ${valueText(chosen_last)}, which is its peak.`,
    },
    {
      name: 'Dispersion',
      sentence: dispersed
        ? `Unseen mass ends ${valueText(unseen_rise)} above its lowest, at ${valueText(unseen_last)}; ${valueText(other_chosen_last)} of it on other prompts’ chosen.`
        : `None: unseen mass never rises; it ends at ${valueText(unseen_last)}.`,
    },
  ]
}

const beside = [...stepReadings, 'geometry/entangled'] as const

/** Name, value and meaning of the readings that stand beside the table. */
export const stepFigures = (step: ToyStep | null) =>
  beside.map((name) => ({ name, ...toyReadings[name], text: valueText(step?.readings[name]) }))
