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
 * Registers what is missing, each thing once in the life of a home folder: what the user removes stays away.
 * Tells on standard error when something cannot be put in place; the app works without it.
 */
export async function firstStart(context: AppContext): Promise<void> {
  for (const [key, place] of [
    ['first-start.model', placeModel],
    ['first-start.pairs', placePairs],
  ] as const) {
    try {
      if (context.store.preferences.get(key) !== null) continue
      if (await place(context)) context.store.preferences.put(key, new Date().toISOString())
    } catch (thrown) {
      console.error(`The sample could not be put in place: ${problemLine(problemOf(thrown))}`)
    }
  }
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
