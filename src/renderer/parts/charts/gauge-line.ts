// A line of a property's small chart.
export type GaugeLine = {
  label: string
  colour: string
  dash?: string
  steps: readonly number[]
  values: readonly number[]
  /** The tenth and ninetieth percentile at the same steps, if measured. */
  low?: readonly number[]
  high?: readonly number[]
}
