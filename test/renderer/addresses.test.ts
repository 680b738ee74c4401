import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressOf, placeOf, queryOf } from '../../src/renderer/addresses.ts'

test('each path has its screen, the exact one before the one with a number', () => {
  expect(placeOf('/pairs')).toEqual({ screen: 'pairs', ids: {} })
  expect(placeOf('/pairs/import')).toEqual({ screen: 'import', ids: {} })
  expect(placeOf('/pairs/sample')).toEqual({ screen: 'sample', ids: {} })
  expect(placeOf('/pairs/12/')).toEqual({ screen: 'set', ids: { set: 12 } })
  expect(placeOf('/runs/new')).toEqual({ screen: 'new-run', ids: {} })
  expect(placeOf('/runs/3')).toEqual({ screen: 'run', ids: { run: 3 } })
})

test('a path that is no screen, or a number that no store gives, is nowhere', () => {
  for (const path of [
    '/',
    '/pairs/x',
    '/pairs/0',
    '/pairs/-1',
    '/pairs/1e3',
    '/pairs/1/2',
    '/runs/12345678901234567890',
  ])
    expect(placeOf(path).screen, path).toBe('nowhere')
})

test('a query comes back as it was written, and what is empty is left out', () => {
  expect(addressOf('/pairs/1', { text: 'a b&c', label: null, pair: 7, order: '' })).toBe('/pairs/1?text=a+b%26c&pair=7')
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })), (query) => {
      fc.pre(!Object.hasOwn(query, '__proto__'))
      const whole = Object.fromEntries(Object.entries(query).map(([k, v]) => [k.toWellFormed(), v.toWellFormed()]))
      expect(queryOf(new URL(addressOf('/pairs', whole), 'http://app').search)).toEqual(whole)
    }),
  )
})
