// A home folder that lives as long as a measurement, and the app on it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandInput, CommandName, CommandOutput, EventName, Events, Port } from '#contract'
import { forkTrainer } from '../src/main/app/fork.ts'
import { openApp, type App } from '../src/main/app/index.ts'
import { placesBeside } from '../src/main/places.ts'

export const places = placesBeside(join(import.meta.dirname, '..', 'src', 'main'))

/** A new home folder, deleted when the process exits. */
export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'attune-bench-'))
  process.on('exit', () => rmSync(home, { recursive: true, force: true }))
  return home
}

/** The app as the shells open it, once the starter model and the sample pairs are in place. */
export async function appOn(home: string, fork: () => Port = () => forkTrainer(places.trainer)): Promise<App> {
  const app = await openApp({ home, resources: places.resources, version: places.version, fork })
  await app.ready
  return app
}

/** Asks with the types of the contract, which the app's own door leaves to its shells. */
export async function ask<N extends CommandName>(app: App, name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
  return (await app.ask(name, input)) as CommandOutput<N>
}

/** What the next event of that name tells that `holds`. */
export function until<N extends EventName>(app: App, name: N, holds: (data: Events[N]) => boolean): Promise<Events[N]> {
  return new Promise((resolve) => {
    const stop = app.board.listen((event) => {
      const data = event.data as Events[N]
      if (event.name !== name || !holds(data)) return
      stop()
      resolve(data)
    })
  })
}
