// The course of a run: its readings as series over steps, and how much its sample answers repeat themselves.
import type { Reading, ReadingName, Sample } from '#contract'
import { repetitionOf } from './repetition.ts'

export type Point = { step: number; value: number }
/** In order of step; finite values only. */
export type Series = readonly Point[]

export interface Course {
  /** Steps planned. */
  readonly steps: number
  of(name: ReadingName): Series
  /** Mean repetition of the sample answers at each step at which they were drawn, 0 to 1. */
  readonly repetition: Series
}

/** A course that grows. Readings and samples of the same step and name replace those before: a resumed run repeats steps. */
export interface GrowingCourse extends Course {
  read(readings: readonly Reading[]): void
  sampled(samples: readonly Sample[]): void
  planned(steps: number): void
}

export function openCourse(steps: number): GrowingCourse {
  const byName = new Map<string, Map<number, number>>()
  /** Series as they were asked for last: most readings are told far less often than rules are asked. */
  const sorted = new Map<string, Series>()
  /** By step, then by the sample's place. */
  const repetitions = new Map<number, Map<number, number>>()
  let planned = steps
  return {
    get steps() {
      return planned
    },
    get repetition() {
      return seriesOf(new Map([...repetitions].map(([step, values]) => [step, mean([...values.values()])])))
    },
    of(name) {
      const known = sorted.get(name) ?? seriesOf(byName.get(name))
      sorted.set(name, known)
      return known
    },
    read(readings) {
      for (const { step, name, value } of readings) {
        const values = byName.get(name) ?? new Map<number, number>()
        byName.set(name, values.set(step, value))
        sorted.delete(name)
      }
    },
    sampled(drawn) {
      for (const { step, index, text } of drawn) {
        const values = repetitions.get(step) ?? new Map<number, number>()
        repetitions.set(step, values.set(index, repetitionOf(text)))
      }
    },
    planned(steps) {
      planned = steps
    },
  }
}

function seriesOf(values: ReadonlyMap<number, number> | undefined): Series {
  return [...(values ?? [])]
    .filter(([, value]) => Number.isFinite(value))
    .map(([step, value]) => ({ step, value }))
    .sort((a, b) => a.step - b.step)
}

export const first = (series: Series): Point | undefined => series[0]

/** The value at that very step. */
export function at(series: Series, step: number): number | null {
  return series.find((point) => point.step === step)?.value ?? null
}

/** Mean; of nothing, NaN. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The middle value, of an even number the mean of both; of nothing, NaN. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2
}
