// All jobs of the trainer.
import type { JobWorkers } from '../loop.ts'
import { answer } from './answer.ts'
import { checkers } from './checkers.ts'
import { carryAway } from './export.ts'
import { inspect } from './inspect.ts'
import { machine } from './machine.ts'
import { examine, score } from './score.ts'
import { train } from './train.ts'

export const workers: JobWorkers = {
  ...{ machine, inspect, checkers, score, examine, train, answer },
  export: carryAway,
}
