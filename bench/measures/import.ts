// How fast a large file of pairs comes into a set.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { appOn, ask, temporaryHome } from '../bench-home.ts'
import { overRounds, type Measured } from '../figures.ts'
import { MANY, SEARCHES, writeManyPairs } from '../many-pairs.ts'
import { peakBytes } from '../peak-memory.ts'

/**
 * Imports 100,000 short pairs (about 200 bytes each) from a JSONL file through the app on an empty home folder: seconds, pairs a
 * second, the most memory the process of the app had resident (it does nothing else, and its trainer is another), and the size
 * of the database. Then how long the app, without a window, takes to answer a search for the first hundred rows, in milliseconds.
 */
export async function measureImport(): Promise<Measured> {
  const home = temporaryHome()
  const file = join(home, 'many.jsonl')
  writeManyPairs(file)
  const app = await appOn(home)
  const before = peakBytes()
  const from = performance.now()
  const { imported, set } = await ask(app, 'pairs.import', { file, set: 'many' })
  const seconds = (performance.now() - from) / 1000
  const peak = peakBytes()
  if (imported !== MANY) throw new Error(`${imported} pairs were imported, not ${MANY}.`)

  const searched = async (text: string) => {
    const began = performance.now()
    await ask(app, 'pairs.list', { set: set.id, filter: { text } })
    return performance.now() - began
  }
  const searches = []
  for (const [kind, texts] of Object.entries(SEARCHES)) {
    const times = []
    for (const text of texts) times.push(await searched(text))
    searches.push(overRounds(`search for ${kind}`, 'ms', times))
  }
  await app.close()
  return {
    figures: [
      { name: 'import', unit: 's', value: seconds },
      { name: 'pace', unit: 'pairs/s', value: MANY / seconds },
      { name: 'most memory before', unit: 'bytes', value: before },
      { name: 'most memory', unit: 'bytes', value: peak },
      { name: 'file', unit: 'bytes', value: statSync(file).size },
      { name: 'database', unit: 'bytes', value: statSync(join(home, 'attune.sqlite')).size },
      ...searches,
    ],
  }
}
