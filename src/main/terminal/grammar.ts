// The terminal's grammar: words, options and usage of a command, and how a line of arguments becomes one.
import { parseArgs } from 'node:util'
import type { Client, Events } from '#contract'

export type Terminal = {
  ask: Client['ask']
  /** Calls for each event of that name; returns how to stop. */
  on<N extends keyof Events>(name: N, listener: (data: Events[N]) => void): () => void
  /** A line of progress or warning, on standard error. */
  tell(line: string): void
  /** Fires at the first Ctrl+C. */
  interrupted: AbortSignal
}

export type OptionName = string
export type Arguments = {
  positionals: string[]
  options: Record<OptionName, string | undefined>
  lists: Record<OptionName, string[]>
}

export type TerminalCommand = {
  /** The words that name it: ['models', 'add']. */
  words: readonly string[]
  /** What follows the words. */
  usage: string
  /** Least and most positional arguments. */
  positionals: readonly [number, number]
  /** Options with one value. */
  options?: readonly OptionName[]
  /** Options that may be given more than once. */
  lists?: readonly OptionName[]
  /** Does it; what it returns is the JSON answer. */
  run(terminal: Terminal, given: Arguments): Promise<unknown>
  /** The answer as lines for a person. */
  text(answer: never): string[]
}

/** A line that cannot be understood: exit code 2. */
export class UsageError extends Error {}

export type Parsed = { command: TerminalCommand; given: Arguments; home?: string; json?: string }

/** Finds the command that `argv` names and reads its arguments. Throws UsageError with the usage that fits. */
export function parseLine(commands: readonly TerminalCommand[], argv: readonly string[]): Parsed {
  const command = commands.find(({ words }) => words.every((word, at) => argv[at] === word))
  if (!command) {
    const near = commands.filter(({ words }) => words[0] === argv[0])
    throw new UsageError(usageText(near.length > 0 ? near : commands))
  }
  const options = Object.fromEntries([
    ...['home', 'json', ...(command.options ?? [])].map((name) => [name, { type: 'string' as const }]),
    ...(command.lists ?? []).map((name) => [name, { type: 'string' as const, multiple: true }]),
  ]) as Record<string, { type: 'string'; multiple?: boolean }>
  let parsed
  try {
    // A lone - after --json means standard output; parseArgs takes it for a positional only when it stands alone.
    parsed = parseArgs({ args: [...argv.slice(command.words.length)], options, allowPositionals: true })
  } catch (thrown) {
    throw new UsageError(
      `${thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown)}\n${usageText([command])}`,
    )
  }
  const [least, most] = command.positionals
  if (parsed.positionals.length < least || parsed.positionals.length > most) throw new UsageError(usageText([command]))
  const { home, json, ...rest } = parsed.values as Record<string, string | string[] | undefined>
  const given: Arguments = { positionals: parsed.positionals, options: {}, lists: {} }
  for (const [name, value] of Object.entries(rest)) {
    if (Array.isArray(value)) given.lists[name] = value
    else given.options[name] = value
  }
  return { command, given, home: home as string | undefined, json: json as string | undefined }
}

export function usageText(commands: readonly TerminalCommand[]): string {
  const lines = commands.map(({ words, usage }) => `  attune ${[...words, usage].join(' ').trim()}`)
  return ['Usage:', ...lines, 'Every command takes --home DIR and --json FILE (or - for standard output).'].join('\n')
}

/** The option's value; throws UsageError when it is missing. */
export function required(given: Arguments, name: OptionName): string {
  const value = given.options[name]
  if (value === undefined) throw new UsageError(`--${name} is missing`)
  return value
}

/** `key=value` arguments as a record. */
export function assignments(list: readonly string[] | undefined, option: string): Record<string, string> {
  const entries = (list ?? []).flatMap((item) => (option === 'map' ? item.split(',') : [item]))
  return Object.fromEntries(entries.map((entry) => assignment(entry, option)))
}

/** The two sides of one `key=value`. */
export function assignment(entry: string, option: string): [key: string, value: string] {
  const at = entry.indexOf('=')
  if (at < 1) throw new UsageError(`--${option} takes key=value, got ${JSON.stringify(entry)}`)
  return [entry.slice(0, at), entry.slice(at + 1)]
}

export function wholeNumber(text: string, option: string): number {
  const value = Number(text)
  if (!Number.isInteger(value)) throw new UsageError(`--${option} takes a whole number, got ${JSON.stringify(text)}`)
  return value
}

/** The value of an option that takes a number; undefined when it is not given. */
export function numberOption(given: Arguments, name: OptionName): number | undefined {
  const text = given.options[name]
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw new UsageError(`--${name} takes a number, got ${JSON.stringify(text)}`)
  return value
}

/** A number with three digits after the point; zero has no sign. */
export function decimals(value: number): string {
  const text = value.toFixed(3)
  return text === '-0.000' ? '0.000' : text
}

/** Rows as columns of text: left-aligned, two spaces apart. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
