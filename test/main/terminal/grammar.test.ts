import { describe, expect, test } from 'vitest'
import { assignments, parseLine, table, UsageError } from '../../../src/main/terminal/grammar.ts'
import { libraryCommands } from '../../../src/main/terminal/library.ts'
import { runCommands } from '../../../src/main/terminal/runs.ts'

const commands = [...libraryCommands, ...runCommands]
const parse = (line: string) => parseLine(commands, line.split(' '))

test('a whole line is understood', () => {
  const { command, given, home, json } = parse(
    'train --model M --pairs p --method dpo --set beta=0.2 --set steps=3 --seed 7 --json - --home /tmp/x',
  )
  expect(command.words).toEqual(['train'])
  expect(given.options).toMatchObject({ model: 'M', pairs: 'p', method: 'dpo', seed: '7' })
  expect(given.lists.set).toEqual(['beta=0.2', 'steps=3'])
  expect([home, json]).toEqual(['/tmp/x', '-'])
})

describe('what cannot be understood shows the usage that fits', () => {
  test.each([
    ['fly', 'attune doctor'],
    ['models', 'attune models list'],
    ['models add', 'attune models add'],
    ['models add a b', 'attune models add'],
    ['train --wings 2', 'attune train'],
  ])('%s', (line, usage) => {
    expect(() => parse(line)).toThrow(UsageError)
    expect(() => parse(line)).toThrow(usage)
  })
})

test('key=value', () => {
  expect(assignments(['a=1', 'b=x=y'], 'set')).toEqual({ a: '1', b: 'x=y' })
  expect(assignments(['chosen=good,rejected=bad'], 'map')).toEqual({ chosen: 'good', rejected: 'bad' })
  expect(() => assignments(['a'], 'set')).toThrow(UsageError)
})

test('columns line up', () => {
  expect(
    table(
      ['a', 'b'],
      [
        ['long', 'x'],
        ['s', 'y'],
      ],
    ),
  ).toEqual(['a     b', 'long  x', 's     y'])
})
