// The starter model's world: short arithmetic word problems and short instructions, each with an answer that a program can check.
import { randomStream } from '#ml'

export type ProblemKind =
  'add' | 'subtract' | 'multiply' | 'two-step' | 'capitals' | 'repeat' | 'greater' | 'first-letter' | 'backwards'

export type Problem = {
  kind: ProblemKind
  /** Ends in 'A:'; the response starts with a space. */
  prompt: string
  /** A right response, reasoning included. */
  response: string
  /** What the checker looks for. */
  answer: string
}

const names = ['Tom', 'Ana', 'Ben', 'Mia', 'Sam', 'Eva', 'Leo', 'Zoe', 'Max', 'Ida', 'Kai', 'Lia']
const things = ['apples', 'pens', 'coins', 'books', 'cards', 'shells', 'eggs', 'stamps', 'marbles', 'cups']
const words =
  'sun river cat stone tree lamp bread cloud fish green salt moon bird glass road wind gold plum snow leaf door hill rain star milk ship wolf frog drum nest'.split(
    ' ',
  )

const kinds: ProblemKind[] = [
  'add',
  'add',
  'subtract',
  'subtract',
  'multiply',
  'two-step',
  'capitals',
  'repeat',
  'greater',
  'first-letter',
  'backwards',
]

/** Problem number `index` of a series. The same seed, series and index give the same problem. */
export function problemAt(seed: number, series: string, index: number): Problem {
  const stream = randomStream(seed, series, index)
  let drawn = 0
  const whole = (least: number, most: number) => least + stream.integer(drawn++, most - least + 1)
  const one = <T>(list: readonly T[]): T => list[stream.integer(drawn++, list.length)] as T
  return problemOf(one(kinds), { whole, one })
}

type Draw = { whole: (least: number, most: number) => number; one: <T>(list: readonly T[]) => T }

function problemOf(kind: ProblemKind, { whole, one }: Draw): Problem {
  const [name, thing, word] = [one(names), one(things), one(words)]
  switch (kind) {
    case 'add': {
      const [a, b] = [whole(2, 60), whole(2, 39)]
      const more = one([`finds ${b} more`, `gets ${b} more`, `buys another ${b}`])
      return sum(kind, `${name} has ${a} ${thing} and ${more}. How many now?`, [`${a} + ${b} = ${a + b}`], a + b)
    }
    case 'subtract': {
      const a = whole(10, 99)
      const b = whole(2, a - 1)
      const less = one([`gives away ${b}`, `loses ${b}`, `sells ${b}`])
      return sum(kind, `${name} has ${a} ${thing} and ${less}. How many are left?`, [`${a} - ${b} = ${a - b}`], a - b)
    }
    case 'multiply': {
      const [a, b] = [whole(2, 9), whole(2, 9)]
      const bag = one(['bags', 'boxes', 'packs'])
      return sum(
        kind,
        `${name} buys ${a} ${bag} with ${b} ${thing} each. How many in all?`,
        [`${a} * ${b} = ${a * b}`],
        a * b,
      )
    }
    case 'two-step': {
      const [a, b] = [whole(5, 40), whole(2, 30)]
      const c = whole(2, a + b - 1)
      const steps = [`${a} + ${b} = ${a + b}`, `${a + b} - ${c} = ${a + b - c}`]
      return sum(
        kind,
        `${name} has ${a} ${thing}, finds ${b} and gives away ${c}. How many are left?`,
        steps,
        a + b - c,
      )
    }
    case 'capitals':
      return instruction(kind, `Write the word ${word} in capital letters.`, word.toUpperCase())
    case 'repeat': {
      const count = whole(2, 5)
      return instruction(kind, `Write the word ${word} ${count} times.`, Array(count).fill(word).join(' '))
    }
    case 'greater': {
      const a = whole(2, 99)
      const b = a === 50 ? 51 : 100 - a
      return instruction(kind, `Which number is greater, ${a} or ${b}?`, String(Math.max(a, b)))
    }
    case 'first-letter':
      return instruction(kind, `What is the first letter of the word ${word}?`, word.slice(0, 1))
    case 'backwards':
      return instruction(kind, `Write the word ${word} backwards.`, [...word].reverse().join(''))
  }
}

function sum(kind: ProblemKind, question: string, steps: readonly string[], result: number): Problem {
  return {
    kind,
    prompt: `Q: ${question}\nA:`,
    response: ` ${steps.join('. ')}. The answer is ${result}.`,
    answer: String(result),
  }
}

function instruction(kind: ProblemKind, text: string, answer: string): Problem {
  return { kind, prompt: `Q: ${text}\nA:`, response: ` ${answer}`, answer }
}

/**
 * Whether a response answers the problem. Word problems: the number after the last 'The answer is' counts, and each
 * equation written before it must be true. Instructions: the whole response, outer spaces aside.
 */
export function isRight(problem: Problem, response: string): boolean {
  if (!problem.response.includes('The answer is')) return response.trim() === problem.answer
  const given = [...response.matchAll(/The answer is (\d+)\./g)].at(-1)?.[1]
  return given === problem.answer && [...response.matchAll(/(\d+) ([-+*]) (\d+) = (\d+)/g)].every(isTrue)
}

function isTrue([, left, sign, right, result]: RegExpMatchArray | string[]): boolean {
  const [a, b] = [Number(left), Number(right)]
  return Number(result) === (sign === '+' ? a + b : sign === '-' ? a - b : a * b)
}
