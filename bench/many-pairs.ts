// Pairs to measure with: those that ship with the app, and as many as a large set has.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { resources } from './model-location.ts'

type PlainPair = { prompt: string; chosen: string; rejected: string }

/** How many pairs a large set has. */
export const MANY = 100_000

/** Searches among them by kind: words that every eighth pair or so has, and numbers that few or one has. */
export const SEARCHES = {
  'a common word': ['books', 'coins', 'pens', 'cards'],
  'a number': ['77777', '31415', '90210', '64738'],
}

/** The pairs of resources/sample-pairs.jsonl. */
export function samplePairs(): PlainPair[] {
  const lines = readFileSync(join(resources, 'sample-pairs.jsonl'), 'utf8').split('\n')
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const { prompt, chosen, rejected } = JSON.parse(line) as PlainPair
      return { prompt, chosen, rejected }
    })
}

/** Writes MANY pairs as JSONL: the sample pairs over and over, each prompt with a number of its own, from 1, before it. */
export function writeManyPairs(file: string): void {
  const pairs = samplePairs()
  const target = openSync(file, 'w')
  for (let first = 1; first <= MANY; first += pairs.length) {
    const here = pairs.slice(0, MANY + 1 - first)
    const lines = here.map((pair, i) => JSON.stringify({ ...pair, prompt: `No. ${first + i}. ${pair.prompt}` }))
    writeSync(target, `${lines.join('\n')}\n`)
  }
  closeSync(target)
}
