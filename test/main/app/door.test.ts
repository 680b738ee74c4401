import { expect, test } from 'vitest'
import { ProblemError, type Handlers } from '#contract'
import { openDoor } from '../../../src/main/app/door.ts'

const handlers = { 'pairs.list': (input: unknown) => input, 'jobs.list': () => [] } as unknown as Handlers
const ask = openDoor(handlers)

test('defaults are filled in before the handler sees the input', async () => {
  expect(await ask('pairs.list', { set: 3 })).toMatchObject({
    set: 3,
    offset: 0,
    limit: 100,
    filter: { text: '', order: 'id' },
  })
})

test('input that does not fit is refused by field', async () => {
  await expect(ask('pairs.list', { set: 'three' })).rejects.toMatchObject({
    problem: { code: 'bad-input', where: 'pairs.list, set' },
  })
  await expect(ask('pairs.list', { set: 3, limit: 10_000 })).rejects.toMatchObject({
    problem: { where: 'pairs.list, limit' },
  })
  await expect(ask('pairs.list', null)).rejects.toThrow(ProblemError)
})

test.each(['nothing', 'constructor', '__proto__', 'toString'])('there is no command %s', async (name) => {
  await expect(ask(name, {})).rejects.toMatchObject({ problem: { code: 'not-found' } })
})
