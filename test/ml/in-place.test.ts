// Rows of a state entry replaced where they lie, and its first rows read, op by op and in a recorded graph.
import { expect, test } from 'vitest'
import { eagerExecutor, floats, ints, tf, type Executor, type HostArrays, type Program } from '#ml'
import { graphExecutor } from '../../src/main/trainer/engine/graph/graph-executor.ts'
import { firstRows, rowsReplaced } from '../../src/ml/in-place.ts'
import { openBackend, tensorsAlive } from './backend.ts'

const backend = await openBackend()
const executors: [string, () => Executor][] = [
  ['op by op', () => eagerExecutor(backend)],
  ...(backend === 'native' ? [['as graphs', () => graphExecutor()] as [string, () => Executor]] : []),
]

const write: Program = {
  name: 'write',
  sizes: { rows: ['m'], values: ['m', null], first: ['count'] },
  run(state, { rows, values, first }) {
    const table = rowsReplaced(state.table as tf.Tensor2D, rows as tf.Tensor1D, values as tf.Tensor2D)
    return { updates: { table }, outputs: { first: firstRows(table, first!.shape[0]!) } }
  },
}

test.each(executors)('rows are replaced, the others stay, %s', async (_, open) => {
  const before = tensorsAlive()
  const executor = open()
  executor.put('table', floats([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]))
  const run = async (rows: number[], values: number[], count: number) => {
    const inputs = { rows: ints(rows), values: floats(values, [rows.length, 2]), first: floats(Array(count).fill(0)) }
    const { first } = await executor.run(write, inputs)
    return { first: [...first!.data], table: [...(await executor.read('table')).data] }
  }
  expect(await run([2, 0], [30, 31, 10, 11], 1)).toEqual({ first: [10, 11], table: [10, 11, 3, 4, 30, 31, 7, 8] })
  expect(await run([3], [-1, 0], 3)).toEqual({ first: [10, 11, 3, 4, 30, 31], table: [10, 11, 3, 4, 30, 31, -1, 0] })
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
})

test.skipIf(backend !== 'native')('as a graph the entry is not copied', async () => {
  const executor = graphExecutor()
  const [N, n, times] = [20_000, 512, 20]
  executor.put('table', floats(new Float32Array(N * n), [N, n]))
  const inputs = { rows: ints([7]), values: floats(new Float32Array(n), [1, n]), first: floats([0]) }
  const copied: Program = {
    name: 'copy',
    run: (state) => ({ updates: { table: tf.add(state.table!, 1) }, outputs: { first: tf.scalar(0) } }),
  }
  const seconds = async (program: Program, given: HostArrays) => {
    await executor.run(program, given)
    const from = performance.now()
    for (let i = 0; i < times; i++) await executor.run(program, given)
    return performance.now() - from
  }
  // 40 MB: going through them takes many times what a row does.
  expect(await seconds(write, inputs)).toBeLessThan((await seconds(copied, {})) / 3)
  executor.dispose()
})
