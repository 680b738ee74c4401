// Pairs of a run: read back as they were written, tokenised, and refused by name.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { PairId } from '#contract'
import { writePairs } from '../../../src/main/app/run-files.ts'
import { misfitProblem, readPairs } from '../../../src/main/trainer/run-pairs.ts'

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const turns = fc.array(fc.record({ role: fc.constantFrom('user', 'assistant'), content: text }), { minLength: 1 })
const pair = fc.record({ prompt: fc.oneof(text, turns), chosen: text, rejected: text })
const strength = fc.constantFrom({}, { strength: 0 as const }, { strength: 2 as const })
const number = fc.oneof(fc.constant({}), fc.record({ margin: fc.double({ noNaN: true, noDefaultInfinity: true }) }))
const finite = number.map((told) => ('margin' in told ? { margin: told.margin + 0 } : told))
const pairs = fc.array(
  fc.tuple(pair, strength, finite).map(([texts, label, told]) => ({ ...texts, ...label, ...told })),
  { maxLength: 6 },
)

test('what the app writes the trainer reads, line separators and all', async () => {
  const folder = temporary()
  const odd = { prompt: 'a\u2028b\r\nc\u0085', chosen: '\n', rejected: '\u2029"\\' }
  await fc.assert(
    fc.asyncProperty(pairs, async (given) => {
      const wanted = [...given, odd].map((pair, i) => ({ id: (i + 1) as PairId, ...pair }))
      const read = await readPairs(await writePairs(folder, wanted))
      expect(read.pairs).toEqual(wanted)
      expect(read.hash).toMatch(/^[0-9a-f]{64}$/)
    }),
    { numRuns: 30 },
  )
})

test('strengths and numbers are in the hash of the file, and without them it is what it was', async () => {
  const folder = temporary()
  const plain = { id: 1 as PairId, prompt: 'p', chosen: 'c', rejected: 'r' }
  const hashOf = async (given: Parameters<typeof writePairs>[1]) =>
    (await readPairs(await writePairs(folder, given))).hash
  const line = '{"id":1,"prompt":"p","chosen":"c","rejected":"r"}\n'
  const before = createHash('sha256').update(line).digest('hex')
  expect(await hashOf([plain])).toBe(before)
  expect(await hashOf([{ ...plain, strength: undefined, margin: undefined }])).toBe(before)
  const hashes = new Set([before])
  for (const told of [{ strength: 2 }, { strength: 0 }, { margin: 2 }] as const)
    hashes.add(await hashOf([{ ...plain, ...told }]))
  expect(hashes.size).toBe(4)
})

test('a damaged line is named', async () => {
  const file = join(temporary(), 'pairs.jsonl')
  writeFileSync(
    file,
    '{"id":1,"prompt":"p","chosen":"c","rejected":"r"}\n{"id":2,"prompt":"p","chosen":3,"rejected":"r"}\n',
  )
  await expect(readPairs(file)).rejects.toThrow(`${file}, line 2: This line is damaged.`)
  writeFileSync(file, '{"id":1,"prompt":"p","chosen":"c","rejected":"r","strength":9}\n')
  await expect(readPairs(file)).rejects.toThrow(`${file}, line 1: This line is damaged.`)
})

test('at most three pairs are named, and the way out is one that exists', () => {
  const leftOut = [1, 2, 3, 4, 5].map((id) => ({ pair: id as PairId, reason: 'too long' }))
  expect(misfitProblem(leftOut, 9).message).toBe(
    '5 of 9 pairs do not fit the model: pair 1 (too long); pair 2 (too long); pair 3 (too long) and 2 more. ' +
      'Set too_long to leave-out to train without them, or choose a model with a longer context.',
  )
  expect(misfitProblem(leftOut, 5).message).toMatch(/Choose another model or other pairs\.$/)
})
