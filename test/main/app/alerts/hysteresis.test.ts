// When alerts begin and end, for readings made by hand.
import { expect, test } from 'vitest'
import type { ReadingName } from '#contract'
import { openCourse } from '../../../../src/main/app/alerts/course.ts'
import { episodes, type Episode } from '../../../../src/main/app/alerts/hysteresis.ts'
import type { Limits } from '../../../../src/main/app/alerts/limits.ts'

/** KL above 1 is a watch, above 3 an alarm, below 0.5 it is over; two moments each way. */
const kl: Limits = {
  hold: 2,
  release: 2,
  ways: [[{ signal: 'dispersion/kl', side: 'above', watch: 1, alarm: 3, clear: 0.5 }]],
}

function course(values: Partial<Record<ReadingName, readonly (number | null)[]>>, every = 10) {
  const made = openCourse(100)
  for (const [name, list] of Object.entries(values))
    made.read(list.flatMap((value, i) => (value === null ? [] : [{ step: i * every, name, value }])))
  return made
}
const of = (...values: (number | null)[]) => course({ 'dispersion/kl': values })
const told = (all: readonly Episode[]) =>
  all.map(({ level, since, raisedStep, clearedStep }) => [level, since, raisedStep, clearedStep])

test('one moment raises nothing, two in a row do; the limit itself counts', () => {
  expect(told(episodes(kl, of(0, 2, 0, 2, 0), []))).toEqual([])
  expect(told(episodes(kl, of(0, 1, 1), []))).toEqual([['watch', 10, 20, null]])
})

test('between the limits an alert goes on, and one moment below the lower does not end it', () => {
  const values = [0, 2, 2, 0.7, 0.7, 0.7, 0.2, 0.7, 0.2]
  expect(told(episodes(kl, of(...values), []))).toEqual([['watch', 10, 20, null]])
  expect(told(episodes(kl, of(...values, 0.4), []))).toEqual([['watch', 10, 20, 90]])
})

test('raised again later it is another alert, and evidence says what was seen', () => {
  const all = episodes(kl, of(0, 2, 2.5, 0, 0, 0, 4, 5), [])
  expect(told(all)).toEqual([
    ['watch', 10, 20, 40],
    ['alarm', 60, 70, null],
  ])
  expect(all[0]?.evidence).toEqual([
    { signal: 'dispersion/kl', step: 10, value: 2 },
    { signal: 'dispersion/kl', step: 20, value: 2.5 },
  ])
  expect(all.map(({ steadyStep }) => steadyStep)).toEqual([0, 50])
})

test('a watch rises to an alarm after two such moments, once, and does not fall back', () => {
  const all = episodes(kl, of(0, 2, 2, 4, 2, 4, 4, 2, 2), [])
  expect(told(all)).toEqual([['alarm', 10, 20, null]])
  expect(all[0]?.evidence.map(({ step }) => step)).toEqual([50, 60])
})

test('moment by moment it comes to the same as all at once, and what is told twice changes nothing', () => {
  const values = [0, 2, 2, 4, 4, 0, 0, 0.7, 2, 0, 2, 2, 0.2, 0.2, 3, 3]
  let known: Episode[] = []
  for (let i = 1; i <= values.length; i++) known = episodes(kl, of(...values.slice(0, i)), known)
  expect(known).toEqual(episodes(kl, of(...values), []))
  expect(told(known)).toEqual([
    ['alarm', 10, 20, 60],
    ['watch', 100, 110, 130],
    ['alarm', 140, 150, null],
  ])
  // A resumed run repeats steps, with numbers that differ in the last digits.
  const again = of(...values.map((value) => value - 1e-6))
  expect(episodes(kl, again, known)).toEqual(known)
})

test('ways: any of them raises, all have to be over; a condition that is not known holds where it may', () => {
  const limits: Limits = {
    ...{ hold: 1, release: 1 },
    ways: [
      [
        { signal: 'drop/train/rejected', side: 'below', watch: -1, alarm: -2, clear: -0.5 },
        { signal: 'drop/train/speed_ratio', side: 'above', watch: 2, alarm: 4, clear: 1, ifKnown: true },
      ],
      [{ signal: 'dispersion/kl', side: 'above', watch: 5, alarm: null, clear: 5 }],
    ],
  }
  const fall = [0, -3, -3, -3, -0.1, -0.1]
  expect(told(episodes(limits, course({ 'drop/train/rejected': fall }), []))).toEqual([['alarm', 10, 10, 40]])
  const slow = course({ 'drop/train/rejected': fall, 'drop/train/speed_ratio': [1, 1, 2, 1.5, 0.5, 0.5] })
  expect(told(episodes(limits, slow, []))).toEqual([['watch', 20, 20, 40]])
  const far = course({ 'drop/train/rejected': fall, 'dispersion/kl': [0, 9, 9, 9, 9, 0] })
  expect(told(episodes(limits, far, []))).toEqual([['alarm', 10, 10, 50]])
})

test('what is no number is no moment', () => {
  expect(told(episodes(kl, of(0, 2, NaN, 2), []))).toEqual([['watch', 10, 30, null]])
  expect(told(episodes(kl, of(0, Infinity, Infinity), []))).toEqual([])
})
