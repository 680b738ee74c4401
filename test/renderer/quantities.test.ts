import { expect, test } from 'vitest'
import { bytes, clock, counted, duration, moment, share, short } from '../../src/renderer/quantities.ts'

test('counts and sizes as people read them', () => {
  expect(counted(1, 'pair')).toBe('1 pair')
  expect(counted(1769, 'pair')).toBe('1,769 pairs')
  expect([short(1_365_984), short(134_515_008), short(256), short(8192)]).toEqual(['1.37 M', '135 M', '256', '8.19 k'])
  expect([bytes(1), bytes(98_362_432), bytes(25e9), bytes(5e6)]).toEqual(['1 byte', '98.4 MB', '25 GB', '5 MB'])
})

test('durations grow coarser', () => {
  expect([0, 45, 60, 200, 3599, 3600, 7500].map(duration)).toEqual([
    ...['0 s', '45 s', '1 min', '3 min 20 s', '60 min', '1 h', '2 h 5 min'],
  ])
})

test('a share is 0 or 100 % only when it is', () => {
  expect([0, 0.001, 0.5, 0.999, 1].map(share)).toEqual(['0 %', '1 %', '50 %', '99 %', '100 %'])
})

test('a moment of this year has its time, of another its year; what is no time stays', () => {
  const now = new Date('2026-11-24T10:00:00')
  expect(moment('2026-11-24T08:05:00', now)).toBe('24 Nov, 08:05')
  expect(moment('2024-02-01T08:05:00', now)).toBe('1 Feb 2024')
  expect(moment('soon', now)).toBe('soon')
  expect(clock('2026-11-24T08:05:00', now)).toBe('08:05')
  expect(clock('2026-11-23T08:05:00', now)).toBe('23 Nov, 08:05')
})
