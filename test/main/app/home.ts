// An app context over a store in memory, for handlers that ask no trainer; it keeps what the board published.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Handlers, Sequenced } from '#contract'
import { openBoard } from '../../../src/main/app/board.ts'
import type { AppContext } from '../../../src/main/app/context.ts'
import { openDoor } from '../../../src/main/app/door.ts'
import { openJobs } from '../../../src/main/app/jobs.ts'
import { labelHandlers } from '../../../src/main/app/labels.ts'
import { pairHandlers } from '../../../src/main/app/pairs.ts'
import { preferenceHandlers } from '../../../src/main/app/preferences.ts'
import { setHandlers } from '../../../src/main/app/sets.ts'
import { openTrainer } from '../../../src/main/app/trainer.ts'
import { openStore } from '../../../src/main/store/index.ts'
import type { CommandInput, CommandName, CommandOutput } from '#contract'

export const fixtures = join(import.meta.dirname, '../../fixtures')

export function openHome() {
  const home = mkdtempSync(join(tmpdir(), 'attune-home-'))
  const store = openStore(':memory:')
  const board = openBoard()
  const events: Sequenced[] = []
  board.listen((event) => events.push(event))
  const noTrainer = () => {
    throw new Error('these handlers need no trainer')
  }
  const jobs = openJobs(board)
  const context: AppContext = {
    ...{ home, resources: home, version: '0.0.0', store, board, jobs },
    trainer: openTrainer(noTrainer, board),
  }
  const handlers: Partial<Handlers> = {
    ...{ ...jobs.handlers, ...pairHandlers(context), ...labelHandlers(context) },
    ...{ ...setHandlers(context), ...preferenceHandlers(context) },
  }
  onTestFinished(() => {
    store.close()
    rmSync(home, { recursive: true, force: true })
  })
  const door = openDoor(handlers as Handlers)
  return {
    ...{ home, store, events },
    ask: <N extends CommandName>(name: N, input: CommandInput<N>) => door(name, input) as Promise<CommandOutput<N>>,
    named: (name: Sequenced['name']) => events.filter((event) => event.name === name).map(({ data }) => data),
  }
}
