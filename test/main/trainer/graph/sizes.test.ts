// Sizes that change from run to run: what numbers are taken for them, what inputs and what programs are refused.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { floats, ints, tf, type HostArrays, type Program } from '#ml'
import { graphExecutor } from '../../../../src/main/trainer/engine/graph/graph-executor.ts'
import { sizedInputs, sizeProduct, standingIn, standInSets } from '../../../../src/main/trainer/engine/graph/sizes.ts'
import { openBackend, tensorsAlive } from '../../../ml/backend.ts'

const native = (await openBackend()) === 'native'
if (!native) console.warn('Not run: the graph executor needs native TensorFlow, which this machine does not have.')

const names = Array.from({ length: 18 }, (_, i) => `S${i}`)
const sets = standInSets(names)
const isPrime = (n: number) => Array.from({ length: Math.floor(Math.sqrt(n)) - 1 }, (_, i) => i + 2).every((d) => n % d)

describe('stand-ins', () => {
  test('are primes, no two the same', () => {
    const all = sets.flatMap((set) => [...set.values()])
    expect(all.filter((n) => !isPrime(n))).toEqual([])
    expect(new Set(all).size).toBe(3 * names.length)
    expect(sets.map((set) => [...set.keys()])).toEqual([names, names, names])
    expect(standInSets([])).toEqual([new Map(), new Map(), new Map()])
  })

  test('are there for so many sizes and no more', () => {
    expect(() => standInSets([...names, 'one more'])).toThrow('A program has at most 18 sizes of its own.')
  })

  test('show in a product which sizes it is made of', () => {
    const some = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 2 })
    fc.assert(
      fc.property(fc.constantFrom(...sets), fc.integer({ min: 1, max: 9000 }), some, (standIns, factor, of) => {
        const value = of.reduce((product, name) => product * standIns.get(name)!, factor)
        const found = sizeProduct(value, standIns)!
        expect({ factor: found.factor, names: found.names.toSorted() }).toEqual({ factor, names: of.toSorted() })
      }),
    )
  })

  test('are not seen in other numbers', () => {
    const [standIns] = sets as [(typeof sets)[0]]
    for (const n of [0, 1, 2, 16, 576, 9999, 10006, 10008, 49152, 151936, 2 ** 30])
      expect(sizeProduct(n, standIns)).toBeNull()
    fc.assert(fc.property(fc.integer({ min: 0, max: 10006 }), (n) => sizeProduct(n, standIns) === null))
    expect(sizeProduct(10007, new Map())).toBeNull()
  })
})

describe('inputs', () => {
  const program: Program = {
    name: 'sized',
    sizes: { a: ['N', null], b: ['N'] },
    run: () => ({ updates: {}, outputs: {} }),
  }
  const zeros = (...shape: number[]) => floats(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)

  test('give names for their sizes, and the values of these', () => {
    const { forms, values } = sizedInputs(program, { a: zeros(4, 3), b: zeros(4), c: ints([7], []) })
    expect(forms).toEqual({
      a: { dtype: 'float32', shape: ['N', 3] },
      b: { dtype: 'float32', shape: ['N'] },
      c: { dtype: 'int32', shape: [] },
    })
    expect([...values]).toEqual([['N', 4]])
    expect(standingIn(forms.a!, new Map([['N', 10007]]))).toEqual({ dtype: 'float32', shape: [10007, 3] })
    expect(sizedInputs({ ...program, sizes: undefined }, { a: zeros(4, 3) }).forms.a!.shape).toEqual([4, 3])
  })

  test('of two sizes under one name are refused, and of another number of axes', () => {
    expect(() => sizedInputs(program, { a: zeros(4, 3), b: zeros(5) })).toThrow(
      "Program 'sized' was given 'b' with N = 5, and another input with 4.",
    )
    expect(() => sizedInputs(program, { a: zeros(12) })).toThrow(
      "Program 'sized' takes 'a' with 2 axes, and was given [12].",
    )
  })
})

describe.skipIf(!native)('programs', () => {
  /** Runs it for x [N, 3] and y [M], for all N and M that are asked for, on one executor. */
  async function ran(run: (x: tf.Tensor2D, y: tf.Tensor1D) => tf.Tensor, sizes: [number, number][] = [[4, 2]]) {
    let calls = 0
    const program: Program = {
      name: 'odd',
      sizes: { x: ['N', null], y: ['M'] },
      run: (_, { x, y }) => (calls++, { updates: {}, outputs: { z: run(x as tf.Tensor2D, y as tf.Tensor1D) } }),
    }
    const before = tensorsAlive()
    const executor = graphExecutor()
    try {
      const found = []
      for (const [N, M] of sizes) {
        const count = (length: number) => Float32Array.from({ length }, (_, i) => i)
        const inputs: HostArrays = { x: floats(count(3 * N), [N, 3]), y: floats(count(M)) }
        const { shape, data } = (await executor.run(program, inputs)).z!
        found.push({ shape, data: [...data] })
      }
      return { found, calls }
    } finally {
      executor.dispose()
      expect(tensorsAlive()).toBe(before)
      expect(tf.getBackend()).toBe('tensorflow')
    }
  }

  test('make ranges and arrays of one number by sizes', async () => {
    const run = (x: tf.Tensor2D, y: tf.Tensor1D) => {
      const [N, three] = x.shape
      const [M] = y.shape
      const counts = tf.reshape(tf.range(0, N * three, 1), [N, three])
      const rows = tf.add(tf.sub(x, counts), tf.fill([N, three], 2)) // 2 everywhere
      return tf.concat([tf.reshape(rows, [three * N]), tf.ones([M]), tf.range(M, 2 * M)])
    }
    const { found, calls } = await ran(run, [
      [4, 2],
      [1, 1],
      [2, 3],
    ])
    const of = (N: number, M: number) => ({
      shape: [3 * N + 2 * M],
      data: [
        ...Array<number>(3 * N).fill(2),
        ...Array<number>(M).fill(1),
        ...Array.from({ length: M }, (_, i) => M + i),
      ],
    })
    expect(found).toEqual([of(4, 2), of(1, 1), of(2, 3)])
    expect(calls).toBe(2)
  })

  test('with a number of their own that a stand-in divides are recorded with others', async () => {
    const { found, calls } = await ran(
      (x) => tf.mul(tf.slice(tf.fill([2 * 10007], 7), [0], [1]), tf.sum(x)),
      [
        [1, 1],
        [2, 1],
      ],
    )
    expect(found.map(({ data }) => data)).toEqual([[21], [105]])
    expect(calls).toBe(3)
  })

  const asNumber = "Program 'odd' computes with one of the sizes N, M as a number."
  const byArray = /^A program makes an array \[\d+\] by a size that changes: it must use tf.range, or take an input.$/

  test.each([
    ['a factor', (x: tf.Tensor) => tf.mul(x, x.shape[0]!)],
    ['a divisor', (x: tf.Tensor) => tf.div(tf.sum(x), x.shape[0]!)],
    ['the divisor in the gradient of a mean', (x: tf.Tensor) => tf.grad((x) => tf.mean(x))(x)],
    ['a bound, less one', (x: tf.Tensor) => tf.range(0, x.shape[0]! - 1)],
    ['a number of tiles', (x: tf.Tensor) => tf.concat(Array.from({ length: Math.ceil(x.shape[0]! / 5000) }, () => x))],
    ['a padding', (x: tf.Tensor) => tf.pad(x, [[0, x.shape[0]!], [0, 0]])], // prettier-ignore
  ])('that use a size as %s are refused', async (_, run) => {
    await expect(ran(run)).rejects.toThrow(asNumber)
  })

  test.each([
    ['from an array', (x: tf.Tensor) => tf.tensor1d(Array.from({ length: x.shape[0]! }, (_, i) => i % 3))],
    ['as a mask', (x: tf.Tensor) => tf.tensor1d(Array.from({ length: x.shape[0]! }, (_, i) => i > 0))],
    ['by linspace', (x: tf.Tensor) => tf.linspace(0, 1, x.shape[0]!)],
  ])('that make numbers by a size %s are refused', async (how, run) => {
    const line = how === 'by linspace' ? /operation LinSpace, which the graph executor cannot record/ : byArray
    await expect(ran(run)).rejects.toThrow(line)
  })

  test('that make a range of other than whole numbers are refused', async () => {
    await expect(ran(() => tf.range(0, 1, 0.25))).rejects.toThrow(
      'A program makes a range of other than whole numbers.',
    )
  })

  test('refuse inputs that do not agree before they are recorded', async () => {
    const executor = graphExecutor()
    const program: Program = { name: 'agreeing', sizes: { x: ['N'], y: ['N'] }, run: () => expect.fail('was recorded') }
    await expect(executor.run(program, { x: floats([1, 2]), y: floats([1]) })).rejects.toThrow(
      "Program 'agreeing' was given 'y' with N = 1, and another input with 2.",
    )
    executor.dispose()
  })
})
