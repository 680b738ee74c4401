// All jobs of the trainer.
import type { JobWorkers } from '../loop.ts'
import { carryAway } from './export.ts'
import { inspect } from './inspect.ts'
import { machine } from './machine.ts'
import { train } from './train.ts'

export const workers: JobWorkers = { machine, inspect, train, export: carryAway }
