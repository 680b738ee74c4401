// SHELL, terminal: attune <command>. Decides nothing.
import { renameSync, writeFileSync } from 'node:fs'
import { problemLine, problemOf } from '#contract'
import { forkTrainer } from './app/fork.ts'
import { openApp } from './app/index.ts'
import { homeFolder, placesBeside } from './places.ts'
import { evaluateCommands } from './terminal/evaluate.ts'
import { parseLine, UsageError, usageText, type Terminal } from './terminal/grammar.ts'
import { libraryCommands } from './terminal/library.ts'
import { measuringCommands } from './terminal/measuring.ts'
import { pairCommands } from './terminal/pairs.ts'
import { runCommands } from './terminal/runs.ts'
import { toyCommands } from './terminal/toy.ts'
import { studyCommands } from './terminal/studies.ts'

const commands = [
  ...libraryCommands,
  ...pairCommands,
  ...measuringCommands,
  ...runCommands,
  ...evaluateCommands,
  ...toyCommands,
  ...studyCommands,
]

async function main(argv: string[]): Promise<void> {
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h')) return console.log(usageText(commands))
  const { command, given, home, json } = parseLine(commands, argv)
  const places = placesBeside(import.meta.dirname)
  const app = await openApp({
    home: homeFolder(home),
    resources: places.resources,
    version: places.version,
    fork: () => forkTrainer(places.trainer),
  })
  try {
    await app.ready
    const answer = await command.run(terminalOver(app), given)
    const text = JSON.stringify(answer, null, 2)
    if (json === '-') await print(`${text}\n`)
    else if (json !== undefined) writeWhole(json, `${text}\n`)
    if (json !== '-') command.text(answer as never).forEach((line) => console.log(line))
  } finally {
    await app.close()
  }
}

function terminalOver(app: Awaited<ReturnType<typeof openApp>>): Terminal {
  const interrupt = new AbortController()
  process.once('SIGINT', () => interrupt.abort())
  return {
    ask: (name, input) => app.ask(name, input) as never,
    on: (name, listener) => app.board.listen((event) => event.name === name && listener(event.data as never)),
    tell: (line) => console.error(line),
    interrupted: interrupt.signal,
  }
}

/** Waits until a pipe has taken it all: the process ends right after. */
function print(text: string): Promise<void> {
  return new Promise((written) => process.stdout.write(text, () => written()))
}

function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.part`, text)
  renameSync(`${file}.part`, file)
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (thrown: unknown) => {
    console.error(thrown instanceof UsageError ? thrown.message : problemLine(problemOf(thrown)))
    process.exit(thrown instanceof UsageError ? 2 : 1)
  },
)
