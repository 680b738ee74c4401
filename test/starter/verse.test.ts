// What the program writes is judged by the checker that judges models: a right verse keeps all instructions, a wrong one all but one.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkerOf } from '#ml'
import { promptOf, verseAt, versesFor } from '../../starter/verse.ts'

const { check } = checkerOf('instructions')

test('right verses pass and wrong ones break one instruction, whichever it is', () => {
  const broken = new Set<string>()
  for (let index = 0; index < 600; index++) {
    const verse = verseAt(index)
    const { right, wrong } = versesFor(verse, index)
    const names = verse.asked.map(({ name }) => name)
    const expected = JSON.stringify({ instruction_id_list: names, kwargs: verse.asked.map(({ values }) => values) })
    expect(check(promptOf(verse), right, expected), right).toMatchObject({ verdict: 'pass', score: 1 })
    const { verdict, score, why } = check(promptOf(verse), wrong, expected)
    expect([verdict, score], `${index}: ${why}`).toEqual(['fail', (names.length - 1) / names.length])
    broken.add(why.replaceAll(/\d+|"[^"]*"/g, '#'))
  }
  expect(broken.size).toBeGreaterThanOrEqual(6)
})

test('the file that ships is what the program writes', () => {
  const file = readFileSync(new URL('../../resources/studies/verses.jsonl', import.meta.url), 'utf8')
  const rows = file.split('\n').filter((line) => line !== '')
  const first = JSON.parse(rows[0]!) as { prompt: string; chosen: string; rejected: string }
  expect(rows).toHaveLength(400)
  const { right, wrong } = versesFor(verseAt(0), 0)
  expect([first.prompt, first.chosen, first.rejected]).toEqual([promptOf(verseAt(0)), right, wrong])
})
