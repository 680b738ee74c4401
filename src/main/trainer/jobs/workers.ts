// All jobs of the trainer.
import type { JobWorkers } from '../loop.ts'
import { answer } from './answer.ts'
import { checker } from './checker.ts'
import { checkers } from './checkers.ts'
import { compare } from './compare.ts'
import { evaluate } from './evaluate.ts'
import { carryAway } from './export.ts'
import { inspect } from './inspect.ts'
import { machine } from './machine.ts'
import { measure } from './measure.ts'
import { examine, score } from './score.ts'
import { tokens } from './tokens.ts'
import { train } from './train.ts'

export const workers: JobWorkers = {
  ...{ machine, inspect, score, examine, train, answer, export: carryAway },
  ...{ evaluate, measure, tokens, compare, checkers, checker },
}
