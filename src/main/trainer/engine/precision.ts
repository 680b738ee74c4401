// What the factors of matrix products are rounded to: bfloat16 where a product shows that this machine gains from it.
import { ProblemError } from '#contract'
import { tf, type Executor, type Program } from '#ml'
import type { Precision } from '../protocol.ts'
import { graphExecutor } from './graph/graph-executor.ts'

/** `why` in words. */
export type ChosenPrecision = { precision: Precision; why: string }

/**
 * Rows and columns of the product that is timed. At 512 a processor without such products came so near to those in float32 that a busy
 * moment decided; at 1536 it was a tenth slower.
 */
const SIDE = 1024
/** Less than this is not worth the coarser numbers. Processors that have such products gain more. */
const WORTH = 1.3
/** Rounds that are timed, the best of them counting: more where the gain is so near to WORTH that a busy machine could decide. */
const ROUNDS = { clear: 5, doubtful: 20, bounds: [0.5, 1, 2] } as const

/** Pace of a product in either precision, in floating point operations a second. */
type Paces = Record<Precision, number>
let measured: Promise<Paces> | null = null

/**
 * The precision for a wanted one, 'auto' included: this is measured once in a process, in a fifth of a second.
 * @param backend 'native graph' where programs are recorded (native TensorFlow must be loaded), else what runs op by op
 * @throws ProblemError when bfloat16 is wanted and programs run op by op: tfjs itself has no bfloat16
 */
export async function chosenPrecision(wanted: string, backend: string): Promise<ChosenPrecision> {
  if (backend !== 'native graph') {
    if (wanted === 'bfloat16')
      throw new ProblemError({
        code: 'refused',
        message: `Products in bfloat16 need recorded graphs on native TensorFlow, and this machine computes op by op (${backend})`,
        where: 'setting precision',
        advice: 'Start a run with auto or float32, or bring native TensorFlow: npm run setup',
      })
    return { precision: 'float32', why: 'bfloat16 needs recorded graphs on native TensorFlow' }
  }
  if (wanted !== 'auto') return { precision: wanted === 'bfloat16' ? 'bfloat16' : 'float32', why: 'asked for' }
  return fasterOf(await (measured ??= productPaces()))
}

/** The choice that measured paces lead to. */
export function fasterOf(paces: Paces): ChosenPrecision {
  if (paces.bfloat16 === 0) return { precision: 'float32', why: 'products in bfloat16 do not run here' }
  const [low, full] = [paces.bfloat16, paces.float32].map((pace) => Math.round(pace / 1e9))
  return {
    precision: paces.bfloat16 > WORTH * paces.float32 ? 'bfloat16' : 'float32',
    why: `products run at ${low} GFLOP/s in bfloat16 and ${full} in float32`,
  }
}

/** Both paces, timed in turn: what else the machine does for a while then slows both. */
async function productPaces(): Promise<Paces> {
  const executors = { float32: productExecutor('float32'), bfloat16: productExecutor('bfloat16') }
  const best: Paces = { float32: 0, bfloat16: 0 }
  try {
    // The first round is the warm-up: it records the graphs and lets the library make its plans.
    for (let round = 0; round <= roundsWanted(best); round++)
      for (const precision of ['float32', 'bfloat16'] as const) {
        const pace = await productPace(executors[precision])
        if (round > 0) best[precision] = Math.max(best[precision], pace)
      }
  } catch {
    // A library or a device without these products must not keep anybody from training: then the other is not faster.
  } finally {
    for (const executor of Object.values(executors)) executor.dispose()
  }
  return best
}

function roundsWanted({ float32, bfloat16 }: Paces): number {
  const [hopeless, least, most] = ROUNDS.bounds
  // Where such products are emulated each of them takes seconds: one tells enough.
  if (bfloat16 > 0 && bfloat16 < hopeless * float32) return 1
  return bfloat16 > least * float32 && bfloat16 < most * float32 ? ROUNDS.doubtful : ROUNDS.clear
}

function productExecutor(precision: Precision): Executor {
  const executor = graphExecutor({ precision })
  const data = Float32Array.from({ length: SIDE ** 2 }, (_, i) => (i % 13) / 13 - 0.5)
  executor.put('x', { dtype: 'float32', shape: [SIDE, SIDE], data })
  return executor
}

async function productPace(executor: Executor): Promise<number> {
  const before = performance.now()
  const running = executor.run(product, {})
  // By now all is computed. What is waited for may be the turn of another job, which must not be counted.
  const seconds = (performance.now() - before) / 1000
  await running
  return (2 * SIDE ** 3) / seconds
}

/** Reports one number of the product: fetching all of it would be timed too. */
const product: Program = {
  name: 'a product',
  run: ({ x }) => ({ updates: {}, outputs: { y: tf.slice(tf.matMul(x!, x!), [0, 0], [1, 1]) } }),
}
