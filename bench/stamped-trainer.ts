// A trainer whose messages can be watched on their way to the app.
import { join } from 'node:path'
import type { Port } from '#contract'
import { forkTrainer } from '../src/main/app/fork.ts'
import type { TrainerEvent } from '../src/main/app/trainer.ts'
import type { FromTrainer } from '../src/main/trainer/protocol.ts'

/** What a job told, and when: milliseconds since 1970, on the trainer's own clock. */
export type StampedEvent = TrainerEvent & { at: number }

/** Milliseconds since 1970 with fractions: the clocks of processes on one machine agree in it to well below a millisecond. */
export const now = () => performance.timeOrigin + performance.now()

/** Starts a trainer as the app does; `hear` is told of each event before the app is. */
export function forkStamped(hear: (event: StampedEvent) => void): Port {
  const port = forkTrainer(join(import.meta.dirname, 'stamping-trainer.ts'))
  port.onMessage((message) => {
    const told = message as FromTrainer & { at: number }
    if (told.type === 'event') hear({ name: told.name, data: told.data, at: told.at } as StampedEvent)
  })
  return port
}
