// One measure in a process of its own, as one JSON line: memory and warm-up are its alone. node bench/measure-process.ts NAME MODEL
import { measureNamed, measures } from './measures.ts'

const [name = '', model = 'starter'] = process.argv.slice(2)
const measure = await measures[measureNamed(name)].load()
const line = JSON.stringify(await measure(model))
// TensorFlow's threads and Chromium's pipes may keep a process: it ends once its line is out.
process.stdout.write(`${line}\n`, () => process.exit(0))
