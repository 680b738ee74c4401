// The curves of a run of the toy: which readings share a chart, and how they are drawn.
import { toyReadings, type ToyReadingName, type ToyStep } from '#contract'
import type { Extent } from '../../parts/charts/scale.ts'
import type { Series } from '../../parts/charts/series.ts'

type Line = { reading: ToyReadingName; label: string; colour: string; dash?: readonly number[] }
export type Curve = { title: string; unit: string; zero?: boolean; least?: Extent; lines: readonly Line[] }

const chosen = 'var(--chosen)'
const rejected = 'var(--rejected)'
const dashed = [5, 3]

export const curves: readonly Curve[] = [
  {
    title: 'Chosen',
    unit: 'probability',
    least: [0, 0.4],
    lines: [
      { reading: 'chosen/mean', label: 'mean', colour: chosen },
      { reading: 'chosen/min', label: 'least', colour: chosen, dash: dashed },
    ],
  },
  {
    title: 'Rejected',
    unit: 'log10 of probability',
    lines: [{ reading: 'rejected/log10', label: 'mean', colour: rejected }],
  },
  {
    title: 'Unseen mass by kind',
    unit: 'probability',
    least: [0, 1],
    lines: [
      { reading: 'unseen/mass', label: 'all', colour: 'var(--ink)', dash: [2, 3] },
      { reading: 'unseen/other_chosen', label: 'others’ chosen', colour: 'var(--unseen)' },
      { reading: 'unseen/other_rejected', label: 'others’ rejected', colour: 'var(--run-3)', dash: dashed },
      { reading: 'unseen/never', label: 'in no pair', colour: 'var(--run-1)', dash: [7, 3] },
    ],
  },
  {
    title: 'Pull of the loss',
    unit: '|∂l/∂log π|',
    least: [0, 0],
    lines: [
      { reading: 'pull/chosen', label: 'chosen', colour: chosen },
      { reading: 'pull/rejected', label: 'rejected', colour: rejected, dash: dashed },
    ],
  },
  {
    title: 'Gradients in probability',
    unit: 'log10 |∂l/∂π|',
    lines: [
      { reading: 'gradient/chosen', label: 'chosen', colour: chosen },
      { reading: 'gradient/rejected', label: 'rejected', colour: rejected },
    ],
  },
  {
    title: 'Gradient geometry',
    unit: 'over all parameters',
    zero: true,
    lines: [
      { reading: 'geometry/dot', label: '⟨g⁺, g⁻⟩', colour: 'var(--run-2)' },
      { reading: 'geometry/chosen', label: '‖g⁺‖²', colour: chosen },
      { reading: 'geometry/rejected', label: '‖g⁻‖²', colour: rejected },
    ],
  },
  {
    title: 'Speed of chosen',
    unit: 'nats per unit of rate',
    zero: true,
    lines: [{ reading: 'geometry/speed', label: 'first order', colour: chosen }],
  },
  {
    title: 'Entropy and KL',
    unit: 'nats',
    least: [0, 0],
    lines: [
      { reading: 'entropy', label: 'entropy', colour: 'var(--run-1)' },
      { reading: 'kl', label: 'KL to the start', colour: 'var(--run-6)', dash: dashed },
    ],
  },
]

export const meaningOf = ({ lines }: Curve) =>
  lines.map(({ reading, label }) => (lines.length > 1 ? `${label}: ` : '') + toyReadings[reading].meaning).join(' ')

/** The lines of a chart over recorded steps; a reading that the method does not have gives no points. */
export function seriesOf({ lines }: Curve, steps: readonly ToyStep[]): Series[] {
  return lines.map(({ reading, label, colour, dash }) => {
    const known = steps.filter(({ readings }) => readings[reading] !== undefined)
    const at = known.map(({ step }) => step)
    return { key: reading, label, colour, dash, steps: at, xs: at, ys: known.map(({ readings }) => readings[reading]!) }
  })
}
