// The first start: puts the starter model and the sample pairs that ship with the app in place, so that a run is one click.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { problemLine, problemOf, Text } from '#contract'
import type { AppContext } from './context.ts'
import { addModel } from './models.ts'

const SamplePair = z.object({ prompt: Text, chosen: z.string().min(1), rejected: z.string().min(1) })

/**
 * Registers what is missing, each thing once in the life of a home folder: what the user removes stays away. A starter model
 * that lies elsewhere by now, as the app was moved or updated, is looked at again.
 * Tells on standard error when something cannot be put in place; the app works without it.
 */
export async function firstStart(context: AppContext): Promise<void> {
  const steps = [
    () => followModel(context),
    () => once(context, 'first-start.model', placeModel),
    () => once(context, 'first-start.pairs', placePairs),
  ]
  for (const step of steps) {
    try {
      await step()
    } catch (thrown) {
      const problem = problemOf(thrown)
      // The app was closed meanwhile; the next start goes on.
      if (problem.code === 'cancelled') return
      console.error(`The sample could not be put in place: ${problemLine(problem)}`)
    }
  }
}

async function once({ store, ...rest }: AppContext, key: string, place: (context: AppContext) => Promise<boolean>) {
  if (store.preferences.get(key) !== null) return
  if (await place({ store, ...rest })) store.preferences.put(key, new Date().toISOString())
}

async function followModel({ resources, store, trainer, board }: AppContext): Promise<void> {
  const model = store.models.byName('starter')
  const location = join(resources, 'starter')
  if (!model?.sample || model.location === location || !existsSync(join(location, 'config.json'))) return
  store.models.replace(model.id, { ...model, ...(await trainer.ask('inspect', { location })), location })
  board.publish('models.changed', {})
}

async function placeModel(context: AppContext): Promise<boolean> {
  const location = join(context.resources, 'starter')
  if (!existsSync(join(location, 'config.json'))) return false
  if (context.store.models.byName('starter')) return true
  await addModel(context, { name: 'starter', location, source: 'Comes with Attune', sample: true })
  return true
}

async function placePairs({ resources, store, board }: AppContext): Promise<boolean> {
  const file = join(resources, 'sample-pairs.jsonl')
  if (!existsSync(file)) return false
  if (store.sets.byName('sample')) return true
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
  const origin = { kind: 'model' as const, writer: 'starter', sampling: null }
  const filling = store.pairs.import('sample', { sample: true })
  try {
    filling.add(
      lines.map((line) => {
        const { prompt, chosen, rejected } = SamplePair.parse(JSON.parse(line))
        return { prompt, a: { text: chosen, origin }, b: { text: rejected, origin }, given: true, extra: {} }
      }),
    )
    board.publish('sets.changed', filling.finish().set)
  } catch (thrown) {
    filling.discard()
    throw thrown
  }
  return true
}
