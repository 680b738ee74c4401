// Prompts for short poems and slogans whose form a program can check, as rows of IFEval are: node starter/verses.ts --to FILE.jsonl
import { renameSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { randomStream } from '#ml'
import { SEED } from './train.ts'

const { values } = parseArgs({ options: { to: { type: 'string' }, prompts: { type: 'string', default: '400' } } })
if (!values.to) throw new Error('Usage: node starter/verses.ts --to FILE.jsonl [--prompts 400]')

const topics =
  'rain,the sea,a lost key,winter,an old dog,the moon,a market,bread,a train,my garden,a river,snow,the wind,a teacher,a bicycle,coffee,a lighthouse,spring,a violin,the night sky'.split(
    ',',
  )
const goods =
  'a bakery,a bicycle shop,a library,a tea house,a small bank,a repair shop,a swimming pool,a farm,a museum,a bookshop,a ferry,a toy maker,a cinema,a florist,a shoe maker'.split(
    ',',
  )
const words = 'light,home,slow,green,stone,hand,open,salt,road,song,warm,day'.split(',')

type Asked = { says: string; name: string; values: Record<string, unknown> }

const rows = new Map<string, string>()
for (let index = 0; rows.size < Number(values.prompts); index++) {
  const { prompt, asked } = verseAt(index)
  const row = { prompt, instruction_id_list: asked.map(({ name }) => name), kwargs: asked.map((one) => one.values) }
  rows.set(prompt, JSON.stringify(row))
}
writeFileSync(`${values.to}.part`, `${[...rows.values()].join('\n')}\n`)
renameSync(`${values.to}.part`, values.to)

/** Prompt number `index`: a poem with so many lines or a slogan of one, and one or two instructions more. */
function verseAt(index: number): { prompt: string; asked: Asked[] } {
  const stream = randomStream(SEED, 'verses', index)
  let drawn = 0
  const whole = (least: number, most: number) => least + stream.integer(drawn++, most - least + 1)
  const one = <T>(list: readonly T[]): T => list[whole(0, list.length - 1)] as T
  const poem = whole(0, 2) > 0
  const lines = poem ? whole(2, 8) : 1
  const short = poem ? whole(5, 9) : whole(6, 12)
  const [wanted, other] = [one(words), one(words)]
  const further: Asked[] = [
    {
      says: poem ? `Give no line more than ${short} words.` : `Use at most ${short} words.`,
      name: 'verse:words_a_line',
      values: { num_words: short + 1, relation: 'less than' },
    },
    { says: `Use the word "${wanted}".`, name: 'keywords:existence', values: { keywords: [wanted] } },
    { says: `Do not use the word "${other}".`, name: 'keywords:forbidden_words', values: { forbidden_words: [other] } },
    { says: 'Use no commas.', name: 'punctuation:no_comma', values: {} },
    ...(poem ? [{ says: 'Begin with a line "Title: " and a title.', name: 'verse:title', values: {} }] : []),
  ]
  const first = one(further)
  const rest = further.filter((option) => option !== first && !(wanted === other && /keywords/.test(option.name)))
  const asked = [
    {
      says: poem
        ? `Write a poem of ${lines} lines about ${one(topics)}.`
        : `Write a slogan for ${one(goods)}, in one line.`,
      name: 'verse:number_lines',
      values: { num_lines: lines },
    },
    first,
    ...(whole(0, 1) ? [one(rest)] : []),
  ]
  return { prompt: asked.map(({ says }) => says).join(' '), asked }
}
