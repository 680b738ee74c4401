// The app: opens the home folder and joins its topics into one set of handlers behind the door.
import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ProblemError, type Handlers, type Port } from '#contract'
import { openStore } from '../store/index.ts'
import { openBoard, type Board } from './board.ts'
import type { AppContext } from './context.ts'
import { openDoor, type Ask } from './door.ts'
import { openEvaluations } from './evaluations.ts'
import { firstStart } from './first-start.ts'
import { openJobs } from './jobs.ts'
import { labelHandlers } from './labels.ts'
import { machineHandlers } from './machine.ts'
import { measuringHandlers } from './measuring.ts'
import { modelHandlers } from './models.ts'
import { pairSamplingHandlers } from './pair-sampling.ts'
import { pairHandlers } from './pairs.ts'
import { preferenceHandlers } from './preferences.ts'
import { rewardHandlers } from './rewards.ts'
import { openRuns } from './runs.ts'
import { openSaved } from './saved.ts'
import { setHandlers } from './sets.ts'
import { toyHandlers } from './toy.ts'
import { openStudies } from './studies.ts'
import { openTrainer } from './trainer.ts'

export interface App {
  home: string
  ask: Ask
  board: Board
  /** Resolves when the starter model and the sample pairs are in place. */
  ready: Promise<void>
  /** Ends the trainer and closes the store. A run that goes on is left `interrupted`. */
  close(): Promise<void>
}

export type AppSettings = {
  home: string
  resources: string
  version: string
  /** Starts a trainer process. */
  fork: () => Port
}

/** Opens the app on a home folder. Throws a ProblemError when the folder cannot be written or another Attune uses it. */
export async function openApp({ home, resources, version, fork }: AppSettings): Promise<App> {
  makeWritable(home)
  const board = openBoard()
  const jobs = openJobs(board)
  const saved = openSaved(board)
  const store = openStore(join(home, 'attune.sqlite'), { onSaved: saved.tell })
  const trainer = openTrainer(fork, board)
  const context: AppContext = { home, resources, version, store, board, jobs, trainer }
  const runs = openRuns(context)
  const evaluations = openEvaluations(context)
  // A study asks through the door, which opens on its handlers too.
  const studies = openStudies(context, (name, input) => ask(name, input) as never)
  const ready = firstStart(context)
  const handlers: Handlers = {
    ...jobs.handlers,
    ...machineHandlers(context, saved),
    ...preferenceHandlers(context),
    ...setHandlers(context),
    ...pairHandlers(context),
    ...pairSamplingHandlers(context),
    ...measuringHandlers(context),
    ...labelHandlers(context),
    ...modelHandlers(context),
    ...rewardHandlers(context),
    ...runs.handlers,
    ...evaluations.handlers,
    ...toyHandlers(context),
    ...studies.handlers,
    // What is asked of the sample may come before the sample is in place.
    'runs.start': after(ready, runs.handlers['runs.start']),
    'evaluations.start': after(ready, evaluations.handlers['evaluations.start']),
    'studies.start': after(ready, studies.handlers['studies.start']),
  }
  const ask = openDoor(handlers)
  return {
    home,
    ask,
    board,
    ready,
    async close() {
      studies.close()
      await runs.close()
      evaluations.close()
      await trainer.close()
      store.close()
      saved.close()
    },
  }
}

function makeWritable(home: string): void {
  try {
    mkdirSync(home, { recursive: true })
    accessSync(home, constants.W_OK)
  } catch (thrown) {
    const why = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)
    throw new ProblemError({
      code: 'unavailable',
      message: `Attune cannot write to its home folder (${why})`,
      where: home,
      advice: 'Give yourself write permission there, or choose another folder with --home',
    })
  }
}

/** The handler, once something else has come about. */
function after<In, Out>(ready: Promise<unknown>, handler: (input: In) => Promise<Out> | Out) {
  return (input: In): Promise<Out> => ready.then(() => handler(input))
}
