// safetensors: what is written is read back, a file of PyTorch's is read, and files that lie are refused.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSafetensorsHeader, readTensor } from '../../../src/ml/weights/safetensors.ts'
import { safetensorsBytes, safetensorsSize } from '../../../src/ml/weights/safetensors-writing.ts'
import { memorySource } from '../../../src/ml/weights/source.ts'

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return new Uint8Array(Buffer.concat(parts))
}

function file(header: unknown, dataBytes = 0, length?: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const out = new Uint8Array(8 + json.length + dataBytes)
  new DataView(out.buffer).setBigUint64(0, BigInt(length ?? json.length), true)
  out.set(json, 8)
  return out
}

test('what is written is read back, in any mix of names and shapes', async () => {
  const shape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 })
  const tensors = fc.uniqueArray(fc.record({ name: fc.string({ minLength: 1 }), shape }), {
    selector: ({ name }) => name,
    maxLength: 6,
  })
  await fc.assert(
    fc.asyncProperty(tensors, async (plan) => {
      const size = (dims: number[]) => dims.reduce((a, b) => a * b, 1)
      const values = new Map(
        plan.map(({ name, shape }) => [
          name,
          Float32Array.from({ length: size(shape) }, (_, i) => Math.sin(i + name.length)),
        ]),
      )
      const bytes = await joined(safetensorsBytes(plan, async (name) => values.get(name)!))
      expect(bytes.length).toBe(safetensorsSize(plan))
      const source = memorySource(bytes)
      const header = await readSafetensorsHeader(source)
      expect([...header.keys()].sort()).toEqual(plan.map(({ name }) => name).sort())
      for (const { name, shape } of plan) {
        const entry = header.get(name)!
        expect(entry.shape).toEqual(shape)
        expect(entry.offset % 4).toBe(0)
        expect(await readTensor(source, entry)).toEqual(values.get(name))
      }
    }),
  )
})

test.each([
  ['BF16', [1, -2.5, 0, 3.140625, 2 ** 100, -Infinity], [1, -2.5, 0, 3.140625, 2 ** 100, -Infinity]],
  ['BF16', [1.00390625, 1.01171875], [1, 1.015625]], // ties go to the even neighbour
  ['F16', [1, -2.5, 6e-8, 65504, 1e6, 2 ** -14], [1, -2.5, 5.9604645e-8, 65504, Infinity, 2 ** -14]],
  ['F16', [2049, 2051, 0.99999, 2 ** -14 * 0.99999], [2048, 2052, 1, 2 ** -14]],
] as const)('%s rounds %j to nearest', async (dtype, given, expected) => {
  const plan = [{ name: 'x', shape: [given.length] }]
  const source = memorySource(await joined(safetensorsBytes(plan, async () => Float32Array.from(given), dtype)))
  const entry = (await readSafetensorsHeader(source)).get('x')!
  expect(entry.dtype).toBe(dtype)
  expect(await readTensor(source, entry)).toEqual(Float32Array.from(expected))
})

test('every half survives the way to float32 and back', async () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((each) => (each & 0x7fff) <= 0x7c00)
  const half = new Uint8Array(
    file({ x: { dtype: 'F16', shape: [bits.length], data_offsets: [0, bits.byteLength] } }, bits.byteLength),
  )
  half.set(new Uint8Array(bits.buffer), half.length - bits.byteLength)
  const read = await readTensor(memorySource(half), (await readSafetensorsHeader(memorySource(half))).get('x')!)
  const again = await joined(safetensorsBytes([{ name: 'x', shape: [bits.length] }], async () => read, 'F16'))
  expect(new Uint16Array(again.slice(-bits.byteLength).buffer)).toEqual(bits)
})

test('a checkpoint that PyTorch wrote is read', async () => {
  const path = join(import.meta.dirname, '../../parity/fixtures/tiny-llama/model.safetensors')
  const source = memorySource(new Uint8Array(await readFile(path)))
  const header = await readSafetensorsHeader(source)
  expect(header.size).toBe(21)
  expect(header.get('model.layers.0.self_attn.k_proj.weight')?.shape).toEqual([32, 64])
  const norm = await readTensor(source, header.get('model.norm.weight')!)
  expect(norm.length).toBe(64)
  expect(norm.every((value) => Math.abs(value - 1) < 1)).toBe(true)
})

const f32 = (shape: unknown, from: number, to: number) => ({ dtype: 'F32', shape, data_offsets: [from, to] })

test.each<[string, RegExp, Uint8Array]>([
  ['nothing', /too few/, new Uint8Array(3)],
  ['an absurd header length', /over the format's limit/, file({}, 0, 2 ** 40)],
  ['a header longer than the file', /cut off/, file({}, 0, 50)],
  ['no JSON', /not valid JSON/, file('{"a":')],
  ['no object', /JSON object/, file('[1]')],
  ['an entry that is no object', /tensor "a" is not described/, file({ a: 3 })],
  ['an unknown type', /unknown type X9/, file({ a: { dtype: 'X9', shape: [1], data_offsets: [0, 4] } }, 4)],
  [
    'a type from the prototype',
    /unknown type constructor/,
    file({ a: { dtype: 'constructor', shape: [], data_offsets: [0, 0] } }),
  ],
  ['a negative size', /not a list of sizes/, file({ a: f32([-1], 0, 4) }, 4)],
  ['a fractional size', /not a list of sizes/, file({ a: f32([0.5], 0, 2) }, 4)],
  ['an absurd shape', /absurd/, file({ a: f32([2 ** 30, 2 ** 30], 0, 4) }, 4)],
  ['a shape that overflows', /absurd/, file({ a: f32([2 ** 50, 2 ** 50, 2 ** 50], 0, 4) }, 4)],
  ['data outside the file', /outside the 4 bytes/, file({ a: f32([2], 0, 8) }, 4)],
  ['a length that does not match', /takes 8/, file({ a: f32([2], 0, 4) }, 8)],
  ['offsets in the wrong order', /outside/, file({ a: f32([1], 4, 0) }, 8)],
  ['overlapping tensors', /"a" and "b" overlap/, file({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12)],
])('%s is refused in one line', async (_name, line, bytes) => {
  const problem = await readSafetensorsHeader(memorySource(bytes), 'm.safetensors').catch(
    (error: Error) => error.message,
  )
  expect(problem).toMatch(line)
  expect(problem).toMatch(/^m\.safetensors[^\n]*$/)
})

test('integers are refused as weights, by name', async () => {
  const source = memorySource(file({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, 8))
  const entry = (await readSafetensorsHeader(source)).get('a')!
  await expect(readTensor(source, entry, 'tensor "a"')).rejects.toThrow('tensor "a" is I64; weights are read from F32')
})

test('a provider that gives the wrong number of values is caught', async () => {
  const bytes = joined(safetensorsBytes([{ name: 'x', shape: [2, 2] }], async () => new Float32Array(3)))
  await expect(bytes).rejects.toThrow('tensor "x" has 3 values')
})
