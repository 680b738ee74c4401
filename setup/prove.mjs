// Run in a process of its own: loads native TensorFlow, multiplies a matrix, and prints version and device as JSON.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import util from 'node:util'

const require = createRequire(join(process.argv[2] ?? '.', 'package.json'))
// tfjs-node 4.22 calls a function that Node 23 took away.
Object.assign(util, { isNullOrUndefined: (/** @type {unknown} */ value) => value == null })
const tf = require('@tensorflow/tfjs-node-gpu')
const product = tf.matMul(
  tf.tensor2d([
    [1, 2],
    [3, 4],
  ]),
  tf.tensor2d([
    [5, 6],
    [7, 8],
  ]),
)
const values = Array.from(product.dataSync())
if (values.join() !== '19,22,43,50') throw new Error(`Error: the product of two matrices came out as ${values.join()}`)
const backend = /** @type {{ binding: { TF_Version: string }, isUsingGpuDevice: boolean }} */ (
  /** @type {unknown} */ (tf.backend())
)
process.stdout.write(
  `${JSON.stringify({ version: backend.binding.TF_Version, device: backend.isUsingGpuDevice ? 'gpu' : 'cpu' })}\n`,
)
