import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import Papa from 'papaparse'
import { expect, test } from 'vitest'
import { ProblemError, type FileFormat } from '#contract'
import { openPairFile } from '../../../src/main/formats/index.ts'
import { csvRows, RECORD_LIMIT } from '../../../src/main/formats/csv.ts'
import { file, fixtures, folder, readAll, texts } from './files.ts'

const good = '{"prompt":"Q","chosen":"good","rejected":"bad"}'

test('JSON Lines: broken lines are refused by number, the rest is read', async () => {
  const bytes = Buffer.concat([
    Buffer.from(`\uFEFF${good}\r\n\n{"prompt": "Q", "cho\n   \n${good}\n{"prompt":"`),
    Buffer.from([0xff, 0xfe]),
    Buffer.from(`"}\n"${'x'.repeat(17 * 1024 * 1024)}"\n${good}`),
  ])
  const found = await readAll(file('pairs.jsonl', bytes))
  expect(found.format).toBe('jsonl')
  expect(found.refused).toEqual(['3: Not JSON', '6: Not valid UTF-8', '7: The line is longer than 16 MB'])
  expect(found.pairs.map(texts)).toEqual([1, 2, 3].map(() => JSON.parse(good) as object))
  expect(found.lines).toEqual([1, 3, 5, 6, 7, 8])
})

test('JSON: a list, or an object that holds one', async () => {
  for (const content of [`[${good}, 7, ${good}]`, `{"version": 1, "data": [${good}, 7, ${good}]}`]) {
    const found = await readAll(file('pairs.json', content))
    expect(found.format).toBe('json')
    expect(found.pairs).toHaveLength(2)
    expect(found.refused).toEqual(['2: Not a JSON object'])
  }
  await expect(readAll(file('a.json', '{"a": [], "b": []}'))).rejects.toThrow('The file holds no single list of rows')
  await expect(readAll(file('a.json', '[{"a": 1'))).rejects.toThrow(/The file is not JSON/)
  await expect(readAll(file('a.json', Buffer.from([0x5b, 0xff, 0x5d])))).rejects.toThrow('not valid UTF-8')
})

test('CSV: quotes, line feeds in fields, semicolons, lines counted as an editor does', async () => {
  const content = [
    'prompt;chosen;rejected;note',
    '"Q; with\nline ""feed""";good;bad;1',
    'only;three;fields',
    '',
    '"";good;bad;2',
    'Q;same;same;3',
    'Q;good;bad;"last, no end"',
  ].join('\r\n')
  const found = await readAll(file('pairs.csv', content))
  expect(found.columns).toEqual(['prompt', 'chosen', 'rejected', 'note'])
  expect(found.pairs.map(texts)).toEqual([
    { prompt: 'Q; with\nline "feed"', chosen: 'good', rejected: 'bad' },
    { prompt: 'Q', chosen: 'good', rejected: 'bad' },
  ])
  expect(found.refused).toEqual([
    '4: 3 fields where the first line names 4 columns',
    '6: prompt is empty',
    '7: chosen and rejected are the same',
  ])
  expect(found.lines).toEqual([2, 4, 6, 7, 8])
})

test('CSV: broken bytes, an open quote and double columns are told', async () => {
  const head = 'prompt,chosen,rejected\n'
  const bytes = Buffer.concat([
    Buffer.from(`${head}Q,`),
    Buffer.from([0xff]),
    Buffer.from(',bad\nQ,good,bad\nQ,"open,bad\n'),
  ])
  expect((await readAll(file('a.csv', bytes))).refused).toEqual(['2: Not valid UTF-8', '4: A quote is left open'])
  const long = await readAll(file('a.csv', `${head}Q,good,bad\nQ,"${'x\n'.repeat(RECORD_LIMIT)}`))
  expect(long.pairs).toHaveLength(1)
  expect(long.refused).toHaveLength(1)
  expect(long.refused[0]).toMatch(/^3: A record does not end within 2,000,000 characters/)
  await expect(readAll(file('a.csv', 'prompt,chosen,chosen\n1,2,3'))).rejects.toThrow('Two columns are named "chosen"')
})

test('CSV as Papa Parse reads it, wherever the pieces are cut', async () => {
  const field = fc.string({ unit: fc.constantFrom('a', ' ', '"', ',', ';', '\t', '\n', '\r\n', 'é', '日') })
  const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 7 }), async (rows, cut) => {
      const content = Papa.unparse([['prompt', 'chosen'], ...rows], { quotes: true })
      const pieces = content.match(new RegExp(`[^]{1,${cut}}`, 'g')) ?? []
      const read: string[][] = []
      for await (const row of csvRows(pieces)) if ('fields' in row) read.push(row.fields)
      expect(read).toEqual(Papa.parse(content, { delimiter: ',', newline: '\r\n' }).data)
    }),
  )
})

test('Parquet: row groups, nulls, writers and numbers; Snappy', async () => {
  const found = await readAll(join(fixtures, 'pairs-explicit.parquet'))
  expect(found).toMatchObject({ format: 'parquet', shape: 'prompt, chosen, rejected', refused: ['5: No rejected'] })
  expect(found.lines).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(found.pairs[5]).toEqual({
    ...{ prompt: 'What is 6 + 6? é', chosen: 'It is 12.', rejected: 'It is 13.', given: true },
    ...{ chosenBy: '6b_verification', rejectedBy: null, extra: { score: '1.5', rank: '6' } },
  })
})

test('Parquet: lists of turns; Zstandard', async () => {
  const found = await readAll(join(fixtures, 'pairs-conversations.parquet'))
  expect(found.refused).toEqual([])
  expect(found.pairs.map(texts)).toEqual(
    [0, 1, 2, 3, 4].map((i) => ({
      prompt: [{ role: 'user', content: `Q${i}` }],
      chosen: `good ${i}`,
      rejected: `bad ${i}`,
    })),
  )
})

test('Parquet: damage anywhere is a problem line, and the process goes on', { timeout: 120_000 }, async () => {
  const whole = readFileSync(join(fixtures, 'pairs-explicit.parquet'))
  const path = join(folder(), 'damaged.parquet')
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.oneof(fc.constant(255), fc.nat(255))), {
    minLength: 1,
    maxLength: 3,
  })
  await fc.assert(
    fc.asyncProperty(damage, async (bytes) => {
      const damaged = Buffer.from(whole)
      for (const [at, byte] of bytes) damaged[at] = byte
      writeFileSync(path, damaged)
      const outcome = await readAll(path).catch((thrown: unknown) => thrown)
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ProblemError)
    }),
    { numRuns: 25 },
  )
})

test('real pairs', async () => {
  const found = await readAll(join(fixtures, 'gsm8k-200.jsonl'))
  expect(found.refused).toEqual([])
  expect(found.pairs).toHaveLength(200)
  expect(found.pairs[0]).toMatchObject({
    chosenBy: '175b_verification',
    rejectedBy: '6b_finetuning',
    extra: { answer: '18' },
  })
})

test('the format is told by the file when its name does not', async () => {
  const formats: [string, string, FileFormat][] = [
    ['a', good, 'jsonl'],
    ['a.txt', `[${good}]`, 'json'],
    ['a.json', `${good}\n${good}`, 'jsonl'],
    ['a.data', 'prompt,chosen,rejected\nQ,good,bad', 'csv'],
    ['a.tsv', 'prompt\tchosen\trejected\nQ\tgood\tbad', 'csv'],
  ]
  for (const [name, content, format] of formats) {
    const found = await readAll(file(name, content))
    expect([name, found.format, found.pairs.length]).toEqual([name, format, name === 'a.json' ? 2 : 1])
  }
})

test('a file that cannot be read is one line', async () => {
  const home = folder()
  const line = async (path: string, format?: FileFormat) => {
    const problem = await openPairFile(path, { format }).catch((thrown: unknown) => thrown)
    expect(problem).toBeInstanceOf(ProblemError)
    return (problem as ProblemError).message.replace(home, '~')
  }
  mkdirSync(join(home, 'folder'))
  writeFileSync(join(home, 'empty.jsonl'), '')
  writeFileSync(join(home, 'huge.jsonl'), '')
  truncateSync(join(home, 'huge.jsonl'), 2 ** 31 + 1)
  writeFileSync(join(home, 'large.json'), '[')
  truncateSync(join(home, 'large.json'), 201 * 1024 * 1024)
  writeFileSync(join(home, 'not.parquet'), 'PAR1, it says, but it is not')
  expect(await line(join(home, 'none.jsonl'))).toBe('~/none.jsonl: There is no such file. Check the path.')
  expect(await line(join(home, 'folder'))).toBe('~/folder: This is a folder. Name a file in it.')
  expect(await line(join(home, 'empty.jsonl'))).toBe('~/empty.jsonl: The file is empty. Look where it came from.')
  expect(await line(join(home, 'huge.jsonl'))).toMatch(/The file has 2\.0 GB; at most 2 GB are read/)
  expect(await line(join(home, 'large.json'))).toMatch(/too large to be read whole\. Save it as JSONL\./)
  expect(await line(join(home, 'not.parquet'))).toMatch(/The Parquet file cannot be read/)
  if (process.platform !== 'win32') {
    execFileSync('mkfifo', [join(home, 'pipe')])
    expect(await line(join(home, 'pipe'))).toBe('~/pipe: This is not an ordinary file. Copy its content into one.')
  }
})

test('no bytes whatever throw anything but a problem line', async () => {
  const parts = fc.constantFrom('PAR1', '{', '"chosen":', '[', '"', ',', '\n', good, 'prompt,chosen,rejected\n', '\0')
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    fc.array(fc.oneof(parts, fc.string()), { minLength: 1, maxLength: 20 }).map((some) => Buffer.from(some.join(''))),
  )
  const path = join(folder(), 'anything')
  await fc.assert(
    fc.asyncProperty(bytes, fc.constantFrom<FileFormat>('jsonl', 'json', 'csv', 'parquet'), async (content, format) => {
      writeFileSync(path, content.length > 0 ? content : ' ')
      const outcome = await readAll(path, { format }).catch((thrown: unknown) => thrown)
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ProblemError)
    }),
    { numRuns: 300 },
  )
})
