// What a run of the toy is asked for. Names and meanings are those of the contract's table of toy settings.

export type ScenarioName = '1' | '2' | '3' | '4'

/** P prompts and R responses, laid out as P chosen columns, P rejected ones, and the rest, which no pair holds. R > 2 P. */
export type ToySize = { prompts: number; responses: number }

export type ToySettings = Readonly<Record<string, number | string>> & {
  scenario: ScenarioName
  prompts: number
  responses: number
  /** 'redrawn' gives each prompt another rejected response at every step. */
  pairs: 'fixed' | 'redrawn'
  model: 'tabular' | 'mlp' | 'transformer'
  layers: number
  width: number
  fit: 'all' | 'readout'
  fit_rate: number
  method: string
  optimiser: 'sgd' | 'momentum' | 'rmsprop' | 'adam'
  learning_rate: number
  steps: number
  records: number
}

/** The number of that name. Throws where it is missing: the contract's check gives a method all that it reads. */
export function numberOf(settings: Readonly<Record<string, number | string>>, key: string): number {
  const value = settings[key]
  if (typeof value !== 'number') throw new Error(`Setting ${key} must be a number, got ${JSON.stringify(value)}.`)
  return value
}
