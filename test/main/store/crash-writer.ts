// Writes readings without end and says each step once it is saved. The crash test kills it.
import { writeSync } from 'node:fs'
import { openStore } from '../../../src/main/store/index.ts'
import type { RunId } from '#contract'

const [file = '', run = ''] = process.argv.slice(2)
const store = openStore(file)
for (let step = 0; ; step++) {
  store.readings.append(
    Number(run) as RunId,
    Array.from({ length: 20 }, (_, i) => ({ step, name: `reading ${i}`, value: step + i })),
  )
  writeSync(1, `${step}\n`)
}
