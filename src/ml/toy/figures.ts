// What a whole run comes to: a few figures of its records, and the median and range of those over seeds.
import type { ToyRecord } from './readings.ts'

/** By the names of the contract's table of toy figures. */
export type ToyFigures = Record<string, number>

/**
 * Figures of a run's records, in order. A decline is how far a curve ends below its highest point; a rise, how far above its lowest.
 * Peaks are as exact as the records are dense. @throws where there is no record
 */
export function figuresOf(records: readonly Pick<ToyRecord, 'step' | 'readings'>[]): ToyFigures {
  const [first, last] = [records[0], records.at(-1)]
  if (!first || !last) throw new Error('A run without records has no figures.')
  const column = (name: string) => records.map(({ readings }) => readings[name]!)
  const chosen = column('chosen/mean')
  const peak = chosen.indexOf(Math.max(...chosen))
  const end = (name: string) => last.readings[name]!
  return {
    chosen_peak: chosen[peak]!,
    chosen_peak_step: records[peak]!.step,
    chosen_last: end('chosen/mean'),
    chosen_decline: chosen[peak]! - end('chosen/mean'),
    chosen_min_last: end('chosen/min'),
    rejected_last_log10: end('rejected/log10'),
    unseen_first: first.readings['unseen/mass']!,
    unseen_last: end('unseen/mass'),
    unseen_rise: end('unseen/mass') - Math.min(...column('unseen/mass')),
    other_chosen_last: end('unseen/other_chosen'),
    other_rejected_last: end('unseen/other_rejected'),
    never_last: end('unseen/never'),
    entropy_last: end('entropy'),
    kl_last: end('kl'),
  }
}

/** Median, least and most of one figure. */
export type Spread = { median: number; least: number; most: number }

/** Of each figure over runs, which all have the same ones. */
export function spreads(runs: readonly ToyFigures[]): Record<string, Spread> {
  return Object.fromEntries(
    Object.keys(runs[0] ?? {}).map((name) => {
      const values = runs.map((run) => run[name]!).sort((a, b) => a - b)
      const middle = (values.length - 1) / 2
      const median = (values[Math.floor(middle)]! + values[Math.ceil(middle)]!) / 2
      return [name, { median, least: values[0]!, most: values.at(-1)! }]
    }),
  )
}
