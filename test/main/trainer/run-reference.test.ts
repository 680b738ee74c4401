// What a run knows of the reference: the same text has another name in another precision, and only what is missing is asked for.
import { expect, test } from 'vitest'
import type { PairId } from '#contract'
import { pairMethod, type PairUnit, type ReferenceText } from '#ml'
import { textHash, type Precision, type ReferenceEntry } from '../../../src/main/trainer/protocol.ts'
import { openReferenceBook, pairTexts, unseenTexts } from '../../../src/main/trainer/run-reference.ts'

const units: PairUnit[] = [1, 2].map((id) => ({
  id,
  unit: { shared: [1, 2], chosen: [9, id, 3], rejected: [id, 4, 5], chosenFrom: 1, rejectedFrom: 0 },
  prompt: [1, 2],
}))
const pairs = new Map(
  units.map(({ id }) => [id, { id: id as PairId, prompt: `p${id}`, chosen: `c${id}`, rejected: `r${id}` }]),
)
const texts: ReferenceText[] = [
  ...pairTexts(units, pairMethod('ld-dpo', { beta: 0.1, ld_alpha: 0.5 })),
  { kind: 'other', pair: 1, answer: 2 },
  { kind: 'sampled', pair: 1, response: [7, 8] },
]

function open(precision: Precision, store: Map<string, ReferenceEntry>, entries: ReferenceEntry[] = []) {
  const asked: string[][] = []
  const book = openReferenceBook({ pairs, units, precision, entries }, async (hashes) => {
    asked.push(hashes)
    return hashes.map((hash) => store.get(hash)).filter((entry) => entry !== undefined)
  })
  return { book, asked }
}

test('a float32 text has the name it had before precision counted', () => {
  expect(textHash('p', 'r', 'float32')).toBe('c1324224ba365ad38ed03e6baf3d21b1e95eff8c17ac0c708c69dd28cc128edc')
  expect(textHash('p', 'r', 'bfloat16')).not.toBe(textHash('p', 'r', 'float32'))
})

test('what was computed with bfloat16 products never serves a float32 run, nor the other way round', async () => {
  const store = new Map<string, ReferenceEntry>()
  const fill = ({ book }: ReturnType<typeof open>, logp: number) => {
    for (const text of texts) {
      const entry = book.add(text, logp, 2)
      store.set(entry[0], entry)
    }
  }
  fill(open('bfloat16', store), -2)
  const plain = open('float32', store)
  await plain.book.lookUp(texts)
  expect(texts.map(plain.book.known)).toEqual(texts.map(() => undefined))
  fill(plain, -1)
  for (const [precision, logp] of [
    ['float32', -1],
    ['bfloat16', -2],
  ] as const) {
    const { book } = open(precision, store)
    await book.lookUp(texts)
    expect(texts.map(book.known)).toEqual(texts.map(() => logp))
  }
})

test('only what the run does not know is asked for, each text once', async () => {
  const kept = open('float32', new Map()).book.add(texts[0]!, -5, 3)
  const { book, asked } = open('float32', new Map([[kept[0], [kept[0], -6, 3]]]), [kept])
  await book.lookUp([texts[0]!, texts[1]!, texts[1]!])
  await book.lookUp([texts[0]!])
  expect(asked.map((hashes) => hashes.length)).toEqual([1])
  expect(book.known(texts[0]!)).toBe(-5)
})

test('the unseen ones among probes are those that are no responses of pairs', () => {
  const probes = [
    { index: 0, kind: 'train' as const, pair: 1 },
    { index: 1, kind: 'other' as const, pair: 1, answer: 2 },
    { index: 2, kind: 'sampled' as const, pair: 1, response: [7, 8] },
    { index: 3, kind: 'shuffled' as const, pair: 1, response: [8, 7] },
    { index: 4, kind: 'other-rejected' as const, pair: 1, answer: 2 },
  ]
  const { book } = open('float32', new Map())
  for (const text of texts) book.add(text, -1, 1)
  expect(unseenTexts(probes).map(book.known)).toEqual([-1, -1, undefined, undefined])
})
