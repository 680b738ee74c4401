// docs/diagnostics.md tells of every reading of the probes, the gradients and the sampled answers, and of no others.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readings, settingOf } from '#contract'
import { rewardModelReadings } from '../../src/contract/reward-readings.ts'
import { promptReadings } from '../../src/contract/prompt-readings.ts'

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'diagnostics.md'), 'utf8')

test('its names are those of the contract', () => {
  const told = [...text.matchAll(/`((?:drop|degradation|dispersion|geometry|probe|length|answers)\/[a-z0-9_/]+)`/g)]
  const known = Object.keys(readings).filter(
    (name) =>
      /^(drop|degradation|dispersion|geometry|probe|length|answers)\//.test(name) &&
      !/\/p[19]0$/.test(name) &&
      !(name in rewardModelReadings || name in promptReadings),
  )
  expect(told.map(([, name]) => name).toSorted()).toEqual(known.toSorted())
})

test('the settings that it names are there', () => {
  const named = [...text.matchAll(/`((?:probe|geometry|sample|heldout)_[a-z_]+)`/g)].map(([, name]) => name!)
  expect(named.filter((name) => settingOf(name) === undefined)).toEqual([])
  expect(new Set(named).size).toBeGreaterThan(10)
})
