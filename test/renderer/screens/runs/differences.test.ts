// What compared runs differ in: changed keys only, and what a run does not read is said so.
import { expect, test } from 'vitest'
import { parseSettings, Run, type SettingValues } from '#contract'
import { forkAddress } from '../../../../src/renderer/screens/run/fork.ts'
import { differences } from '../../../../src/renderer/screens/runs/differences.ts'

const run = (id: number, settings: SettingValues, seed = 0): Run =>
  Run.parse({
    id,
    alone: false,
    name: `run ${id}`,
    method: 'dpo',
    status: 'finished',
    reason: null,
    model: { id: 1, name: 'starter' },
    set: { id: 1, name: 'sample', pairs: 9 },
    settings: parseSettings('dpo', settings),
    seed,
    step: 3,
    steps: 3,
    createdAt: '2026-11-24T09:00:00Z',
    startedAt: null,
    endedAt: null,
    notes: '',
    parent: null,
    parentStep: null,
    alerts: { watch: 0, alarm: 0 },
    provenance: null,
    throughput: null,
    secondsLeft: null,
    doing: null,
    checkpoint: null,
  })

const shown = (...runs: Run[]) => differences(runs).map(({ key, cells }) => [key, ...cells.map(({ text }) => text)])

test('only what differs is shown, very small numbers as they are typed', () => {
  expect(shown(run(1, { learning_rate: 1e-5 }), run(2, { learning_rate: 3e-4, beta: 0.2 }, 7))).toEqual([
    ['seed', '0', '7'],
    ['beta', '0.1', '0.2'],
    ['learning_rate', '1e-5', '3e-4'],
  ])
  expect(shown(run(1, {}), run(2, {}))).toEqual([])
})

test('the precision asked for and the one that was used are two rows, each with a key of its own', () => {
  const hashes = { modelHash: 'm', tokenizerHash: 't', templateHash: 'c', setVersionHash: 's' }
  const pinned = { app: '1', tensorflow: '2', backend: 'native graph', device: 'here', ...hashes }
  const used = (precision: string) => ({ provenance: { ...pinned, precision } })
  const one = { ...run(1, { recompute: 'on' }), ...used('float32') }
  const two = { ...run(2, { precision: 'bfloat16' }), ...used('bfloat16') }
  expect(shown(one, two)).toEqual([
    ['precision-used', 'float32', 'bfloat16'],
    ['precision', 'auto', 'bfloat16'],
    ['recompute', 'on', 'auto'],
  ])
})

test('a setting that one run does not read is marked', () => {
  const rows = differences([run(1, { tuning: 'full' }), run(2, { lora_rank: 4 })])
  expect(rows.find(({ key }) => key === 'lora_rank')?.cells).toEqual([
    { text: 'not read', read: false },
    { text: '4', read: true },
  ])
})

test('a fork carries what is not at its default, with the advised change', () => {
  const address = new URL(
    forkAddress(run(5, { beta: 0.3, steps: 9 }, 2), { beta: 0.1, learning_rate: 1e-4 }),
    'http://a',
  )
  expect(address.pathname).toBe('/runs/new')
  expect(Object.fromEntries(address.searchParams)).toEqual({
    model: 'starter',
    set: 'sample',
    method: 'dpo',
    seed: '2',
    parent: '5',
    settings: JSON.stringify({ learning_rate: 1e-4, steps: 9 }),
  })
})
