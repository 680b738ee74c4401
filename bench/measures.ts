// The measures of the harness, in the order in which they run. Each loads what it needs only in the process that runs it.
import type { Measured } from './figures.ts'

export type Measure = {
  title: string
  /** Whether the figures depend on the model. */
  ofModel: boolean
  /** @param model as `modelLocation` takes it */
  load: () => Promise<(model: string) => Promise<Measured>>
}

export const measures = {
  decode: {
    title: 'Decoding 64 tokens, greedy',
    ofModel: true,
    load: async () => (await import('./measures/decode.ts')).measureDecode,
  },
  'first-step': {
    title: 'Time to the first step of a LoRA DPO run, trainer not yet started',
    ofModel: true,
    load: async () => (await import('./measures/first-step.ts')).measureFirstStep,
  },
  import: {
    title: 'Import of 100,000 pairs',
    ofModel: false,
    load: async () => (await import('./measures/import.ts')).measureImport,
  },
  scroll: {
    title: 'The list of 100,000 pairs in Chromium',
    ofModel: false,
    load: async () => (await import('./measures/scroll.ts')).measureScroll,
  },
  events: {
    title: 'Events of a run on their way to the window',
    ofModel: true,
    load: async () => (await import('./measures/events.ts')).measureEvents,
  },
} as const satisfies Record<string, Measure>

export type MeasureName = keyof typeof measures

/** The measure of that name. Throws one line that tells the names. */
export function measureNamed(name: string): MeasureName {
  if (Object.hasOwn(measures, name)) return name as MeasureName
  throw new Error(`There is no measure '${name}'. Known: ${Object.keys(measures).join(', ')}.`)
}
