import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fixtures, openHome } from './home.ts'

test('a set is renamed and removed, and everyone hears of it', async () => {
  const { ask, named } = openHome()
  const { set } = await ask('pairs.import', { file: join(fixtures, 'gsm8k-200.jsonl'), set: 'gsm8k' })
  const renamed = await ask('sets.rename', { set: set.id, name: ' maths ' })
  expect(renamed).toEqual({ ...set, name: 'maths' })
  expect(await ask('sets.list', {})).toEqual([renamed])
  expect(await ask('sets.remove', { set: set.id })).toEqual({})
  expect(named('sets.changed').at(-1)).toEqual(renamed)
  expect(named('sets.removed')).toEqual([{ set: set.id }])
  expect(await ask('sets.list', {})).toEqual([])
  await expect(ask('sets.remove', { set: set.id })).rejects.toThrow('set 1: There is no such set.')
})

test('preferences are kept by key', async () => {
  const { ask } = openHome()
  await ask('app.prefer', { key: 'theme', value: 'dark' })
  await ask('app.prefer', { key: 'theme', value: 'light' })
  expect(await ask('app.preferences', {})).toEqual({ theme: 'light' })
})
