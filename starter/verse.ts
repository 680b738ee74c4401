// Short poems and slogans: what is asked for, in a form that a program can check, and a right and a wrong one as a program would write them.
import { permutation, randomStream } from '#ml'
import { SEED } from './train.ts'

const topics =
  'rain,the sea,a lost key,winter,an old dog,the moon,a market,bread,a train,my garden,a river,snow,the wind,a teacher,a bicycle,coffee,a lighthouse,spring,a violin,the night sky'.split(
    ',',
  )
const goods =
  'a bakery,a bicycle shop,a library,a tea house,a small bank,a repair shop,a swimming pool,a farm,a museum,a bookshop,a ferry,a toy maker,a cinema,a florist,a shoe maker'.split(
    ',',
  )
const words = 'light,home,slow,green,stone,hand,open,salt,road,song,warm,day'.split(',')

/** An instruction: in words, and as a row of IFEval names it. */
type Asked = { says: string; name: string; values: Record<string, unknown> }

export type Verse = { poem: boolean; about: string; lines: number; asked: Asked[] }

/** Verse number `index`: a poem with so many lines or a slogan of one, and one or two instructions more. */
export function verseAt(index: number): Verse {
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
  const about = one(poem ? topics : goods)
  const asked = [
    {
      says: poem ? `Write a poem of ${lines} lines about ${about}.` : `Write a slogan for ${about}, in one line.`,
      name: 'verse:number_lines',
      values: { num_lines: lines },
    },
    first,
    ...(whole(0, 1) ? [one(rest)] : []),
  ]
  return { poem, about, lines, asked }
}

export const promptOf = ({ asked }: Verse): string => asked.map(({ says }) => says).join(' ')

/** Of at most five words each, with no comma and none of the `words`. */
const stock = [
  'It waits without a word',
  'The hours pass it by',
  'Nobody asks it why',
  'A little wind comes near',
  'The evening has no name',
  'We look and look again',
  'Something in it stays',
  'It keeps what others lose',
  'And morning finds it there',
  'The years go round it',
  'I never learned its name',
  'Leave it where it stands',
  'It listens when we leave',
]
const slogans = ['Welcome to ABOUT', 'You will like ABOUT', 'ABOUT made for you', 'ABOUT that knows you']
const endless = 'and so it goes on and on and on until nobody remembers where it all began'

/** A verse that keeps all that was asked, and one that breaks a single instruction, drawn among them. */
export function versesFor(verse: Verse, index: number): { right: string; wrong: string } {
  const stream = randomStream(SEED, 'verses answered', index)
  const places = permutation(randomStream(SEED, 'lines of verses', index), stock.length)
  const slogan = slogans[stream.integer(0, slogans.length)]!
  const broken = verse.asked[stream.integer(1, verse.asked.length)]!
  const write = (breaks: string | null) => {
    const asks = (name: string) => verse.asked.find((one) => one.name === name)?.values
    const kept = (name: string) => asks(name) && breaks !== name
    const wanted = kept('keywords:existence') ? (asks('keywords:existence')!['keywords'] as string[]) : []
    const shunned = breaks === 'keywords:forbidden_words' ? (asks(breaks)!['forbidden_words'] as string[]) : []
    const said = [...wanted, ...shunned].join(' and ')
    const lines = verse.poem
      ? [`Here is ${verse.about}`, ...(said ? [`It knows the word ${said}`] : []), ...places.map((at) => stock[at]!)]
      : [said ? `${capital(verse.about)}: think ${said}` : capital(slogan.replace('ABOUT', verse.about)), ...stock]
    const told = lines.slice(0, verse.lines + (breaks === 'verse:number_lines' ? 1 : 0))
    if (breaks === 'verse:words_a_line') told[told.length - 1] += ` ${endless}`
    if (breaks === 'punctuation:no_comma') told[0] += ','
    return [...(kept('verse:title') ? [`Title: ${capital(verse.about)}`] : []), ...told].join('\n')
  }
  return { right: write(null), wrong: write(broken.name) }
}

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)
