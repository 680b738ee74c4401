// What the topics of the app share: the store, the board, the trainer and where things lie.
import type { Store } from '../store/index.ts'
import type { Board } from './board.ts'
import type { JobList } from './jobs.ts'
import type { Trainer } from './trainer.ts'

export type AppContext = {
  /** The folder that holds the store, models and runs of one user. */
  home: string
  /** The app's own resources folder. */
  resources: string
  version: string
  store: Store
  board: Board
  jobs: JobList
  trainer: Trainer
}
