// The run that measures of the trainer start: the one of the first click, on any model.
import { resolve } from 'node:path'
import { samplePreset, type RunRequest } from '#contract'
import type { App } from '../src/main/app/index.ts'
import { appOn, ask } from './bench-home.ts'
import { modelLocation } from './model-location.ts'
import type { StampedEvent } from './stamped-trainer.ts'

const NAME = 'measured'

/** Brings the model into a home folder and closes the app on it again: its next trainer is a new process. */
export async function homeWithModel(home: string, model: string): Promise<void> {
  const app = await appOn(home)
  const source = resolve(await modelLocation(model))
  if (model !== 'starter') await ask(app, 'models.add', { source, name: NAME })
  await app.close()
}

/** Starts the sample run (LoRA DPO, batches of 8 pairs) on the model that `homeWithModel` brought. */
export async function startRun(app: App, model: string): Promise<void> {
  const request: Partial<RunRequest> = { ...samplePreset, model: model === 'starter' ? model : NAME }
  await ask(app, 'runs.start', request as RunRequest)
}

/** The step whose loss an event tells, or null. */
export function stepTold(event: StampedEvent): number | null {
  if (event.name !== 'read') return null
  return event.data.readings.find(({ name }) => name === 'loss')?.step ?? null
}
