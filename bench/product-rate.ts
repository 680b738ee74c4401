// How many FLOP/s this machine's matrix products reach through tfjs-node, as one JSON line. node bench/product-rate.ts SIDE
import { tf } from '#ml'
import { loadBackend } from '../src/main/trainer/engine/backend.ts'

// Read when the library is loaded, which is in loadBackend.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '3'

const side = Number(process.argv[2])
const { backend, tensorflow } = await loadBackend()
const [a, b] = [tf.randomUniform([side, side]), tf.randomUniform([side, side])]
let best = 0
for (const end = performance.now() + 2000; performance.now() < end;) {
  const before = performance.now()
  const product = tf.matMul(a, b)
  // A kernel may still be under way when its tensor is there; reading one number waits for it.
  tf.slice(product, [0, 0], [1, 1]).dataSync()
  best = Math.max(best, (2 * side ** 3) / ((performance.now() - before) / 1000))
  product.dispose()
}
console.log(JSON.stringify({ float32: best, tensorflow, backend }))
