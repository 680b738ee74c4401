// The precision of products: measured where graphs run, refused in one line where they do not.
import { expect, test } from 'vitest'
import { chosenPrecision, fasterOf } from '../../../../src/main/trainer/engine/precision.ts'
import { openBackend, tensorsAlive } from '../../../ml/backend.ts'

const native = (await openBackend()) === 'native'
if (!native) console.warn('Not run: products are timed on native TensorFlow, which this machine does not have.')

test('bfloat16 must be at least three tenths faster', () => {
  const choice = (float32: number, bfloat16: number) => fasterOf({ float32: float32 * 1e9, bfloat16: bfloat16 * 1e9 })
  expect(choice(180, 435)).toEqual({
    precision: 'bfloat16',
    why: 'products run at 435 GFLOP/s in bfloat16 and 180 in float32',
  })
  expect(choice(100, 131).precision).toBe('bfloat16')
  expect(choice(100, 129).precision).toBe('float32')
  expect(choice(100, 0)).toEqual({ precision: 'float32', why: 'products in bfloat16 do not run here' })
})

test('op by op there is float32 only', async () => {
  for (const wanted of ['auto', 'float32'])
    expect(await chosenPrecision(wanted, 'wasm')).toMatchObject({ precision: 'float32' })
  await expect(chosenPrecision('bfloat16', 'wasm')).rejects.toThrow(
    'setting precision: Products in bfloat16 need recorded graphs on native TensorFlow, and this machine computes op by op (wasm). ' +
      'Start a run with auto or float32, or bring native TensorFlow: npm run setup.',
  )
})

test.skipIf(!native)('the machine is measured once, quickly, and nothing is left behind', async () => {
  expect(await chosenPrecision('bfloat16', 'native graph')).toEqual({ precision: 'bfloat16', why: 'asked for' })
  const before = tensorsAlive()
  const first = await chosenPrecision('auto', 'native graph')
  expect(first.why).toMatch(/^products run at [1-9]\d* GFLOP\/s in bfloat16 and [1-9]\d* in float32$/)
  expect(tensorsAlive()).toBe(before)
  const again = performance.now()
  expect(await chosenPrecision('auto', 'native graph')).toEqual(first)
  expect(performance.now() - again).toBeLessThan(1)
})
