// Numbers that come with pairs: which columns hold them, and what is refused.
import { expect, test } from 'vitest'
import { file, jsonl, readAll } from './files.ts'

const pair = { prompt: 'Q', chosen: 'good', rejected: 'bad' }
const none = { margin: null, scoreChosen: null, scoreRejected: null }

test.each([
  [{ margin: 0.5 }, { ...none, margin: 0.5 }],
  [
    { score_chosen: 8, score_rejected: 4.5 },
    { ...none, scoreChosen: 8, scoreRejected: 4.5 },
  ],
  [
    { chosen_score: '8', rejected_score: '-1e-1' },
    { ...none, scoreChosen: 8, scoreRejected: -0.1 },
  ],
  [
    { chosen_rating: 5, rejected_rating: 5 },
    { ...none, scoreChosen: 5, scoreRejected: 5 },
  ],
  [
    { 'chosen-rating': 5, 'rejected-rating': 1 },
    { ...none, scoreChosen: 5, scoreRejected: 1 },
  ],
  [
    { margin: -2, score_chosen: 1, score_rejected: 2 },
    { margin: -2, scoreChosen: 1, scoreRejected: 2 },
  ],
])('%j', async (columns, numbers) => {
  const found = await readAll(jsonl({ ...pair, ...columns, other: 1 }))
  expect(found.refused).toEqual([])
  expect(found.pairs).toMatchObject([{ numbers, extra: { other: '1' } }])
  expect(Object.keys(found.pairs[0]!.extra)).toEqual(['other'])
})

test('a row may be without, and may have one score only; a wrong one is refused with its column and line', async () => {
  const rows = [
    { ...pair, margin: 1, score_chosen: 1, score_rejected: 2 },
    pair,
    { ...pair, margin: null, score_chosen: 3 },
    { ...pair, margin: 'high' },
    { ...pair, score_rejected: [1] },
    { ...pair, score_chosen: 1e7 },
    { ...pair, margin: true },
  ]
  const found = await readAll(jsonl(...rows))
  expect(found.pairs.map(({ numbers }) => numbers)).toEqual([
    { margin: 1, scoreChosen: 1, scoreRejected: 2 },
    undefined,
    { ...none, scoreChosen: 3 },
  ])
  const range = 'which is no number between -1,000,000 and 1,000,000'
  expect(found.refused).toEqual([
    `4: margin is "high", ${range}`,
    `5: score_rejected is a list or an object, ${range}`,
    `6: score_chosen is 10000000, ${range}`,
    `7: margin is true, ${range}`,
  ])
})

test('a column by that name without a number in sight stays another column, as does a score without its other', async () => {
  const found = await readAll(jsonl({ ...pair, margin: 'wide', score_chosen: 3 }))
  expect(found.refused).toEqual([])
  expect(found.pairs).toMatchObject([{ extra: { margin: 'wide', score_chosen: '3' } }])
  expect(found.pairs[0]).not.toHaveProperty('numbers')
})

test('columns of any name are told, and then a wrong number is refused', async () => {
  const path = jsonl({ ...pair, gap: 2, margin: 9 }, { ...pair, gap: 'two', margin: 9 })
  const found = await readAll(path, { map: { margin: 'gap' } })
  expect(found.pairs).toMatchObject([{ numbers: { ...none, margin: 2 }, extra: { margin: '9' } }])
  expect(found.refused).toEqual(['2: gap is "two", which is no number between -1,000,000 and 1,000,000'])
  await expect(readAll(path, { map: { scoreChosen: 'gone' } })).rejects.toThrow('There is no column "gone"')
})

test('a column that is known by its name is left out where no name is told for its part', async () => {
  const path = jsonl(
    { ...pair, margin: 'wide', chosen_source: 'a page' },
    { ...pair, margin: 2, score_chosen: 3, score_rejected: 1 },
  )
  expect((await readAll(path)).refused).toHaveLength(1)
  const found = await readAll(path, { map: { margin: '', chosenBy: '' } })
  expect(found.refused).toEqual([])
  expect(found.pairs).toMatchObject([
    { chosen: 'good', chosenBy: null, extra: { margin: 'wide', chosen_source: 'a page' } },
    { numbers: { ...none, scoreChosen: 3, scoreRejected: 1 }, extra: { margin: '2' } },
  ])
})

test('where the sides are exchanged by hand, columns by their names speak for neither; told ones do', async () => {
  const path = jsonl({ ...pair, margin: 2, score_chosen: 3, score_rejected: 1, gap: -2 })
  const map = { chosen: 'rejected', rejected: 'chosen' }
  const exchanged = await readAll(path, { map })
  expect(exchanged.pairs).toMatchObject([
    { chosen: 'bad', rejected: 'good', extra: { margin: '2', score_chosen: '3' } },
  ])
  expect(exchanged.pairs[0]!.numbers).toBeUndefined()
  const told = await readAll(path, { map: { ...map, margin: 'gap' } })
  expect(told.pairs[0]!.numbers).toEqual({ ...none, margin: -2 })
})

test('CSV says them as text; of two answers without a choice no number speaks', async () => {
  const csv = file('pairs.csv', 'prompt,chosen,rejected,margin\nQ,good,bad,1.50\nR,good,bad,\nS,good,bad,n/a\n')
  const { pairs, refused } = await readAll(csv)
  expect(pairs.map(({ numbers }) => numbers?.margin)).toEqual([1.5, undefined])
  expect(refused).toEqual(['4: margin is "n/a", which is no number between -1,000,000 and 1,000,000'])
  const open = await readAll(jsonl({ prompt: 'Q', response_a: 'one', response_b: 'two', margin: 1 }))
  expect(open.pairs).toMatchObject([{ given: false, extra: { margin: '1' } }])
  expect(open.pairs[0]).not.toHaveProperty('numbers')
})
