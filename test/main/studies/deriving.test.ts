// Sets put together of two others.
import { expect, test } from 'vitest'
import { derivedPairs, type PairLine } from '../../../src/main/studies/deriving.ts'

const line = (prompt: string, by: string) => ({
  prompt,
  chosen: `${by} right ${prompt}`,
  rejected: `${by} wrong ${prompt}`,
})
const lines = new Map([
  ['all', ['a', 'b', 'c', 'd'].map((prompt) => line(prompt, 'other'))],
  ['own', [line('c', 'own'), line('a', 'own'), line('a', 'second own'), line('x', 'own')]],
])

test("the chosen side of one set and the rejected of another, of the questions that both have, in the first set's order", () => {
  const sides = { chosen: { set: 'all', side: 'chosen' }, rejected: { set: 'own', side: 'rejected' } } as const
  expect(derivedPairs(lines, { ...sides, within: null, skip: 0, take: null, turns: false })).toEqual([
    { prompt: 'a', chosen: 'other right a', chosen_source: 'all', rejected: 'own wrong a', rejected_source: 'own' },
    { prompt: 'c', chosen: 'other right c', chosen_source: 'all', rejected: 'own wrong c', rejected_source: 'own' },
  ])
})

test('whoever wrote a side is told where its set knows, and else the set', () => {
  const own = { ...line('a', 'own'), chosen_source: 'starter' }
  const sides = { chosen: { set: 'own', side: 'chosen' }, rejected: { set: 'own', side: 'rejected' } } as const
  const [pair] = derivedPairs(new Map([['own', [own]]]), { ...sides, within: null, skip: 0, take: null, turns: false })
  expect(pair).toMatchObject({ chosen_source: 'starter', rejected_source: 'own' })
})

test('within the questions of a third, and parted by place', () => {
  const sides = { chosen: { set: 'all', side: 'chosen' }, rejected: { set: 'all', side: 'rejected' } } as const
  const prompts = (within: string | null, skip: number, take: number | null) =>
    derivedPairs(lines, { ...sides, within, skip, take, turns: false }).map(({ prompt }) => prompt)
  expect(prompts('own', 0, null)).toEqual(['a', 'c'])
  expect(prompts(null, 0, 1)).toEqual(['a'])
  expect(prompts(null, 1, 2)).toEqual(['b', 'c'])
  expect(prompts(null, 4, 2)).toEqual([])
})

test('for a model that chats a plain question is what a user says; one in turns stays as it is', () => {
  const sides = { chosen: { set: 'all', side: 'chosen' }, rejected: { set: 'all', side: 'rejected' } } as const
  const talk = [{ role: 'user', content: 'b' }]
  const all = [
    { ...line(' a\n', 'other'), expected: '7' },
    { prompt: talk, chosen: 'yes', rejected: 'no' },
  ]
  const pairs = derivedPairs(new Map([['all', all]]), { ...sides, within: null, skip: 0, take: null, turns: true })
  expect(pairs).toEqual([
    {
      prompt: [{ role: 'user', content: 'a' }],
      chosen: [{ role: 'assistant', content: 'other right  a' }],
      rejected: [{ role: 'assistant', content: 'other wrong  a' }],
      ...{ expected: '7', chosen_source: 'all', rejected_source: 'all' },
    },
    { prompt: talk, chosen: 'yes', rejected: 'no', chosen_source: 'all', rejected_source: 'all' },
  ])
})

test('for a model that chats, what it answered as a conversation goes with the plain question', () => {
  const talk = [{ role: 'user', content: 'c' }]
  const own = { prompt: talk, chosen: [{ role: 'assistant', content: 'mine' }], rejected: 'no' }
  const sides = { chosen: { set: 'own', side: 'chosen' }, rejected: { set: 'all', side: 'rejected' } } as const
  const pairs = (turns: boolean, within: string) =>
    derivedPairs(
      new Map([
        ['all', lines.get('all')!],
        ['own', [own]],
      ] as [string, PairLine[]][]),
      { ...sides, within, skip: 0, take: null, turns },
    ).map(({ prompt, chosen, rejected }) => [...[prompt, chosen, rejected]])
  const parted = [talk, own.chosen, [{ role: 'assistant', content: 'other wrong c' }]]
  expect(pairs(true, 'own')).toEqual([parted])
  expect(pairs(true, 'all')).toEqual([parted])
  expect(pairs(false, 'own')).toEqual([])
})
