// The terminal command of the toy lab: one run, or a grid over seeds and settings.
import { toyValueFromText, type ToyGrid, type ToyResult, type ToyValue } from '#contract'
import { assignment, assignments, UsageError, wholeNumber, type Arguments, type TerminalCommand } from './grammar.ts'
import { toldJob } from './jobs.ts'
import { gridLines, runLines } from './toy-table.ts'

type Answer = ToyResult | ToyGrid

const toy: TerminalCommand = {
  words: ['toy'],
  usage:
    '[--scenario 1..4] [--method dpo] [--set key=value]... [--steps N] [--seed S] [--seeds N] [--vary key=value,value...]...',
  positionals: [0, 0],
  options: ['scenario', 'method', 'steps', 'seed', 'seeds'],
  lists: ['set', 'vary'],
  async run(terminal, given): Promise<Answer> {
    const settings = settingsOf(given)
    const seed = wholeNumber(given.options.seed ?? '0', 'seed')
    const vary = variedOf(given)
    if (given.options.seeds === undefined && Object.keys(vary).length === 0)
      return toldJob(terminal, () => terminal.ask('toy.run', { settings, seed }))
    const seeds = wholeNumber(given.options.seeds ?? '1', 'seeds')
    return toldJob(terminal, () => terminal.ask('toy.grid', { settings, seed, seeds, vary }))
  },
  text: (answer: Answer) => ('cells' in answer ? gridLines(answer) : runLines(answer)),
}

export const toyCommands = [toy]

function settingsOf(given: Arguments): Record<string, ToyValue> {
  const texts = assignments(given.lists.set, 'set')
  for (const key of ['scenario', 'method', 'steps'])
    if (given.options[key] !== undefined) texts[key] = given.options[key]
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, toyValueFromText(key, text)]))
}

function variedOf(given: Arguments): Record<string, ToyValue[]> {
  const entries = (given.lists.vary ?? []).map((entry) => assignment(entry, 'vary'))
  return Object.fromEntries(
    entries.map(([key, text]) => {
      const values = text.split(',').map((one) => toyValueFromText(key, one))
      if (values.some((value) => value === '')) throw new UsageError(`--vary ${key} has an empty value`)
      return [key, values]
    }),
  )
}
