import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { writePairs } from '../../../src/main/formats/index.ts'
import { folder, readAll, texts } from './files.ts'

const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((some) => some.trim() !== '' && !some.includes('\0'))
const turn = (role: string) => text.map((content) => ({ role, content }))
const prompt = fc.oneof(
  text,
  fc.tuple(turn('system'), turn('user')),
  fc.tuple(turn('user'), turn('assistant'), turn('user')),
)
const number = fc.option(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0),
  { freq: 2 },
)
const numbers = fc.record({ margin: number, scoreChosen: number, scoreRejected: number })
const expected = fc.option(fc.string({ minLength: 1 }).filter((some) => !some.includes('\0')))

test('what is written is read back as it was', async () => {
  const pair = fc
    .record({ prompt, chosen: text, rejected: text, expected })
    .filter(({ chosen, rejected }) => chosen !== rejected)
  const path = join(folder(), 'pairs.jsonl')
  await fc.assert(
    fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 10 }), async (pairs) => {
      expect(await writePairs(path, pairs)).toBe(pairs.length)
      const found = await readAll(path)
      expect(found.refused).toEqual([])
      expect(found.pairs.map((read) => ({ ...texts(read), expected: read.extra.expected ?? null }))).toEqual(pairs)
    }),
    { numRuns: 50 },
  )
})

test('numbers are read back to the last digit, one score without the other too where another row has both', async () => {
  const path = join(folder(), 'pairs.jsonl')
  const whole = { margin: 0, scoreChosen: 1, scoreRejected: -1 }
  await fc.assert(
    fc.asyncProperty(fc.array(numbers, { maxLength: 10 }), async (given) => {
      const all = [whole, ...given].map((one, i) => ({ ...pairNamed(i), numbers: one }))
      await writePairs(path, all)
      const found = await readAll(path)
      expect(found.refused).toEqual([])
      const none = { margin: null, scoreChosen: null, scoreRejected: null }
      expect(found.pairs.map((read) => read.numbers ?? none)).toEqual([whole, ...given])
    }),
    { numRuns: 50 },
  )
  await writePairs(path, [{ ...pairNamed(0), numbers: null }, pairNamed(1)])
  const [first] = readFileSync(path, 'utf8').split('\n')
  expect(Object.keys(JSON.parse(first!) as object)).toEqual(['prompt', 'chosen', 'rejected'])
})

const pairNamed = (i: number) => ({ prompt: `p${i}`, chosen: 'a', rejected: 'b', expected: null })

test('answers alone are written and read back with their marks, in texts and in conversations', async () => {
  const mark = fc.constantFrom('good' as const, 'bad' as const)
  const answer = fc.record({ prompt, chosen: text, rejected: fc.constant(''), mark, expected })
  const path = join(folder(), 'answers.jsonl')
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 10 }), async (answers) => {
      expect(await writePairs(path, answers)).toBe(answers.length)
      const found = await readAll(path)
      expect([found.alone, found.refused]).toEqual([true, []])
      const read = found.pairs.map((one) => ({
        ...{ ...texts(one), mark: one.mark },
        expected: one.extra.expected ?? null,
      }))
      expect(read).toEqual(answers)
      const fields = readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => Object.keys(JSON.parse(line) as object).slice(0, 3))
      for (const names of fields) expect(names).toEqual(['prompt', 'completion', 'label'])
    }),
    { numRuns: 50 },
  )
})

test('a file is written whole or what was there stays', async () => {
  const home = folder()
  const path = join(home, 'pairs.jsonl')
  writeFileSync(path, 'before')
  function* failing() {
    yield { prompt: 'p', chosen: 'a', rejected: 'b', expected: null }
    throw new Error('the store is gone')
  }
  await expect(writePairs(path, failing())).rejects.toThrow('the store is gone')
  expect(readFileSync(path, 'utf8')).toBe('before')
  expect(readdirSync(home)).toEqual(['pairs.jsonl'])

  await expect(writePairs(join(home, 'no/where.jsonl'), [])).rejects.toThrow(/where\.jsonl: The folder does not exist/)
  mkdirSync(join(home, 'folder'))
  await expect(writePairs(join(home, 'folder'), [])).rejects.toThrow(/folder: This is a folder/)
  expect(existsSync(join(home, 'folder.part'))).toBe(false)
})
