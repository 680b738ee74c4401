// The eager executor: state in, programs over it, numbers out, nothing left behind.
import { expect, test } from 'vitest'
import { openBackend, tensorsAlive } from './backend.ts'
import { eagerExecutor } from '../../src/ml/eager.ts'
import { floats, ints, type Program } from '../../src/ml/program.ts'
import * as tf from '../../src/ml/tf.ts'

const native = await openBackend()

const step: Program = {
  name: 'step',
  run(state, { gradient }) {
    const moved = tf.sub(state.x!, tf.mul(gradient!, 0.5))
    return {
      updates: { x: moved, before: state.x! },
      outputs: { moved, again: moved, state: state.x!, given: gradient! },
    }
  },
}

test.each(['cpu', native] as const)('runs a program over its state on %s', async (name) => {
  const before = tensorsAlive()
  const executor = eagerExecutor(name)
  expect(executor.backend).toBe(name)
  const first = floats([1, 2])
  executor.put('x', first)
  executor.put('ids', ints([3, 4, 5, 6], [2, 2]))
  first.data[0] = 99
  const alive = tensorsAlive()
  const outputs = await executor.run(step, { gradient: floats([2, 4]) })
  expect(outputs.moved).toEqual(floats([0, 0]))
  expect(outputs.again).toEqual(floats([0, 0]))
  expect(outputs.state).toEqual(floats([1, 2]))
  expect(outputs.given).toEqual(floats([2, 4]))
  expect(await executor.read('x')).toEqual(floats([0, 0]))
  expect(await executor.read('before')).toEqual(floats([1, 2]))
  expect(await executor.read('ids')).toEqual(ints([3, 4, 5, 6], [2, 2]))
  expect(executor.names()).toEqual(['x', 'ids', 'before'])
  for (let i = 0; i < 3; i++) await executor.run(step, { gradient: floats([1, 1]) })
  expect(tensorsAlive()).toBe(alive + 1)
  executor.drop(['before', 'never put'])
  expect(executor.has('before')).toBe(false)
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
})

test('what is read or given back is a copy', async () => {
  const executor = eagerExecutor('cpu')
  executor.put('x', floats([1, 2]))
  const read = await executor.read('x')
  read.data[0] = 50
  expect(await executor.read('x')).toEqual(floats([1, 2]))
  executor.dispose()
})

test('a program that fails leaves state and memory as they were', async () => {
  const before = tensorsAlive()
  const executor = eagerExecutor(native)
  executor.put('x', floats([1]))
  const broken: Program = {
    name: 'broken',
    run(state) {
      tf.add(state.x!, 1)
      throw new Error('broken on purpose')
    },
  }
  await expect(executor.run(broken, {})).rejects.toThrow('broken on purpose')
  expect(await executor.read('x')).toEqual(floats([1]))
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
})

test('says plainly what is wrong', async () => {
  expect(() => eagerExecutor('wasm')).toThrow('The wasm backend is not there: it must be registered before use.')
  const executor = eagerExecutor('cpu')
  await expect(executor.read('y')).rejects.toThrow("There is no state named 'y'")
  expect(() => executor.put('y', floats([1, 2, 3], [2, 2]))).toThrow(
    "'y' has 3 numbers for the shape [2,2], which needs 4.",
  )
  executor.dispose()
})

test('comparisons come out as whole numbers and their casts as floats, on cpu too', async () => {
  const executor = eagerExecutor('cpu')
  const program: Program = {
    name: 'compare',
    run(_, { x }) {
      const above = tf.greater(x!, 1)
      return { updates: {}, outputs: { above, cast: tf.cast(above, 'float32') } }
    },
  }
  expect(await executor.run(program, { x: floats([0, 2]) })).toEqual({ above: ints([0, 1]), cast: floats([0, 1]) })
  executor.dispose()
})
