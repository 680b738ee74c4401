// Zip archives made by Python's zipfile-like layout, written here byte by byte, whole and damaged.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { unpackZipEntry, zipEntries } from '../../../src/main/formats/zip.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'attune-zip-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

type Part = { name: string; data: Buffer; stored?: boolean; claims?: number }

/** An archive as APPNOTE 6.3 describes it; `claims` writes a false unpacked size. */
function archive(parts: Part[], comment = ''): Buffer {
  const bodies: Buffer[] = []
  const table: Buffer[] = []
  let offset = 0
  for (const { name, data, stored = false, claims = data.length } of parts) {
    const packed = stored ? data : deflateRawSync(data)
    const title = Buffer.from(name)
    const fields = Buffer.alloc(26) // version to name length, the same in both headers
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(stored ? 0 : 8, 4)
    fields.writeUInt32LE(crc32(data), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(claims, 18)
    fields.writeUInt16LE(title.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, title, packed])
    const end = Buffer.alloc(14)
    end.writeUInt32LE(offset, 10)
    table.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), fields, end, title]))
    bodies.push(local)
    offset += local.length
  }
  const contents = Buffer.concat(table)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(contents.length, 12)
  end.writeUInt32LE(offset, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...bodies, contents, end, Buffer.from(comment)])
}

const file = () => join(folder, 'a.zip')
const to = () => join(folder, 'out')
const model = Buffer.from('weights '.repeat(5000))

test('one entry comes out, packed or stored, past a comment', async () => {
  for (const stored of [false, true]) {
    writeFileSync(
      file(),
      archive(
        [
          { name: 'x/readme', data: Buffer.from('r') },
          { name: 'x/model.gguf', data: model, stored },
        ],
        'bye',
      ),
    )
    expect((await zipEntries(file())).map((entry) => entry.name)).toEqual(['x/readme', 'x/model.gguf'])
    await unpackZipEntry(file(), 'x/model.gguf', to(), 1e6)
    expect(readFileSync(to()).equals(model)).toBe(true)
  }
})

test('what is not there, too large or not what it claims is refused, and nothing is left', async () => {
  writeFileSync(file(), archive([{ name: 'm', data: model }]))
  await expect(unpackZipEntry(file(), 'n', to(), 1e6)).rejects.toThrow('it has no n.')
  await expect(unpackZipEntry(file(), 'm', to(), 100)).rejects.toThrow('more than the 100 expected')
  for (const claims of [10, model.length + 1]) {
    writeFileSync(file(), archive([{ name: 'm', data: model, claims }]))
    await expect(unpackZipEntry(file(), 'm', to(), 1e6)).rejects.toThrow('not the size it claims')
  }
  expect(readdirSync(folder)).toEqual(['a.zip'])
})

test('a damaged archive is an error or gives the true bytes, never something else', async () => {
  const whole = archive([{ name: 'm', data: model }])
  writeFileSync(file(), 'no zip at all')
  await expect(zipEntries(file())).rejects.toThrow('it has no end record')
  const cuts = fc.integer({ min: 0, max: whole.length - 1 })
  await fc.assert(
    fc.asyncProperty(cuts, async (length) => {
      writeFileSync(file(), whole.subarray(0, length))
      await expect(unpackZipEntry(file(), 'm', to(), 1e6)).rejects.toThrow()
    }),
    { numRuns: 40 },
  )
  const table = fc.integer({ min: whole.length - 69, max: whole.length - 1 })
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 0, max: 255 }), async (at, value) => {
      const bent = Buffer.from(whole)
      bent[at] = value
      writeFileSync(file(), bent)
      rmSync(to(), { force: true })
      const done = await unpackZipEntry(file(), 'm', to(), 1e6).then(
        () => true,
        (thrown: unknown) => !(thrown instanceof Error),
      )
      if (done) expect(readFileSync(to()).equals(model)).toBe(true)
    }),
    { numRuns: 150 },
  )
})
