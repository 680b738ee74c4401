// GGUF reading against a file that the gguf package wrote, and against files that lie.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readGgufHeader, readGgufTensor } from '../../../src/ml/weights/gguf.ts'
import { type ByteSource, memorySource } from '../../../src/ml/weights/source.ts'

const whole = new Uint8Array(await readFile(join(import.meta.dirname, 'fixtures/quantised.gguf')))

/** A GGUF written by hand: what follows the magic number. */
function gguf(write: (out: Bytes) => void): ByteSource {
  const out = bytes()
  out.raw('GGUF')
  write(out)
  return memorySource(out.done())
}

type Bytes = ReturnType<typeof bytes>
function bytes() {
  const parts: number[] = []
  const little = (value: bigint, count: number) => {
    for (let i = 0; i < count; i++) parts.push(Number((value >> BigInt(8 * i)) & 255n))
  }
  return {
    raw: (text: string) => parts.push(...new TextEncoder().encode(text)),
    u32: (value: number) => little(BigInt(value), 4),
    u64: (value: number | bigint) => little(BigInt(value), 8),
    text(text: string) {
      this.u64(new TextEncoder().encode(text).length)
      this.raw(text)
    },
    done: () => Uint8Array.from(parts),
  }
}

test('metadata of every type comes out as the gguf package wrote it', async () => {
  const { version, metadata } = await readGgufHeader(memorySource(whole))
  expect(version).toBe(3)
  const read = Object.fromEntries([...metadata].filter(([key]) => key.startsWith('test.')))
  expect(read).toEqual({
    'test.u8': 200,
    'test.i8': -100,
    'test.u16': 60000,
    'test.i16': -30000,
    'test.u32': 4000000000,
    'test.i32': -2000000000,
    'test.u64': 2 ** 40,
    'test.i64': -(2 ** 40),
    'test.f32': 0.5,
    'test.f64': 0.1,
    'test.bool': true,
    'test.text': 'naïve 日本語 🙂',
    'test.words': ['a', '', 'Ġb'],
    'test.numbers': [1, -2, 3],
  })
})

test.each(['f16', 'bf16', 'q8_0', 'q4_0', 'q4_1', 'q5_0', 'q5_1', 'q4_k', 'q5_k', 'q6_k'])(
  '%s unpacks to the very floats that the gguf package gives',
  async (name) => {
    const source = memorySource(whole)
    const { tensors } = await readGgufHeader(source)
    const packed = tensors.get(name)!
    const expected = tensors.get(`${name}.expected`)!
    expect(packed.shape).toEqual([3, 512])
    expect(packed.type.name.toLowerCase()).toBe(name)
    expect(expected.type.name).toBe('F32')
    const got = await readGgufTensor(source, packed)
    expect(got).toEqual(await readGgufTensor(source, expected))
    expect(got.some((value) => value !== 0)).toBe(true)
  },
)

test('a file cut anywhere is refused in one line', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
      const cut = readGgufHeader(memorySource(whole.slice(0, length)), 'm.gguf')
      await expect(cut).rejects.toThrow(/^m\.gguf[^\n]*$/)
    }),
    { numRuns: 150 },
  )
})

test('a file with any byte of its header changed is read or refused in one line, never more', async () => {
  const { tensors } = await readGgufHeader(memorySource(whole))
  const headerEnd = Math.min(...[...tensors.values()].map(({ offset }) => offset))
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: headerEnd - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const damaged = whole.slice()
      damaged[at]! ^= flip
      const message = await readGgufHeader(memorySource(damaged), 'm.gguf').then(
        () => 'm.gguf was read',
        (problem: Error) => problem.message,
      )
      expect(message).toMatch(/^m\.gguf[^\n]{1,300}$/)
    }),
    { numRuns: 400 },
  )
})

test.each<[string, RegExp, (out: Bytes) => void]>([
  ['version 1', /version 1; versions 2 and 3/, (out) => out.u32(1)],
  ['big-endian', /big-endian/, (out) => out.u32(0x03000000)],
  ['absurd counts', /claims 4503599627370496 tensors/, (out) => (out.u32(3), out.u64(2n ** 52n), out.u64(0))],
  ['a count beyond 2^53', /absurdly large/, (out) => (out.u32(3), out.u64(2n ** 63n), out.u64(0))],
  [
    'an absurd string',
    /claims 1099511627776 bytes/,
    (out) => (out.u32(3), out.u64(0), out.u64(1), out.u64(2n ** 40n), out.raw('x')),
  ],
  [
    'an absurd list',
    /claims 16777216 entries, the limit/,
    (out) => (out.u32(3), out.u64(0), out.u64(1), out.text('a'), out.u32(9), out.u32(0), out.u64(2 ** 24)),
  ],
  [
    'a list longer than the file',
    /claims 4000000 bytes/,
    (out) => (out.u32(3), out.u64(0), out.u64(1), out.text('a'), out.u32(9), out.u32(4), out.u64(1_000_000)),
  ],
  [
    'an unknown type',
    /unknown type 13/,
    (out) => (out.u32(3), out.u64(0), out.u64(1), out.text('a'), out.u32(13), out.u64(0)),
  ],
  [
    'a list of lists',
    /unsupported type/,
    (out) => (out.u32(3), out.u64(0), out.u64(1), out.text('a'), out.u32(9), out.u32(9), out.u64(0)),
  ],
  [
    'too many dimensions',
    /5 dimensions/,
    (out) => (out.u32(3), out.u64(1), out.u64(0), out.text('t'), out.u32(5), out.u64(1), out.u64(1), out.u64(1)),
  ],
  [
    'absurd dimensions',
    /absurd/,
    (out) => (
      out.u32(3),
      out.u64(1),
      out.u64(0),
      out.text('t'),
      out.u32(2),
      out.u64(2 ** 30),
      out.u64(2 ** 30),
      out.u32(0),
      out.u64(0)
    ),
  ],
  [
    'a format that is not read',
    /Q2_K; the formats read are F32/,
    (out) => (out.u32(2), out.u64(1), out.u64(0), out.text('t'), out.u32(1), out.u64(256), out.u32(10), out.u64(0)),
  ],
  [
    'rows that are no whole blocks',
    /rows of 33 values, but Q8_0 packs 32/,
    (out) => (out.u32(3), out.u64(1), out.u64(0), out.text('t'), out.u32(1), out.u64(33), out.u32(8), out.u64(0)),
  ],
  [
    'a tensor outside the file',
    /tensor "t" ends at byte/,
    (out) => (out.u32(3), out.u64(1), out.u64(0), out.text('t'), out.u32(1), out.u64(32), out.u32(0), out.u64(0)),
  ],
])('%s is refused', async (_name, line, write) => {
  await expect(readGgufHeader(gguf(write), 'm.gguf')).rejects.toThrow(line)
})

test('tensors that overlap are refused', async () => {
  const source = gguf((out) => {
    out.u32(3)
    out.u64(2)
    out.u64(0)
    for (const [name, from] of [
      ['a', 0],
      ['b', 32],
    ] as const) {
      out.text(name)
      out.u32(1)
      out.u64(16)
      out.u32(0)
      out.u64(from)
    }
    for (let i = 0; i < 200; i++) out.u32(0)
  })
  await expect(readGgufHeader(source)).rejects.toThrow(/"a" and "b" overlap/)
})
