// The byte level of GGUF: little-endian numbers, strings, arrays (github.com/ggml-org/ggml, docs/gguf.md).

/** A metadata value. Numbers wider than 2^53 do not occur in what is read here and are refused. */
export type GgufValue = number | boolean | string | readonly (number | boolean | string)[]

/** Thrown when the bytes at hand end before the header does: the reader asks for more, until there is no more. */
export const NEED_MORE = Symbol('the header goes on')

const STRING_LIMIT = 16 * 1024 * 1024
const ARRAY_LIMIT = 4 * 1024 * 1024
/** Smallest size in bytes of one element, by type number. */
const WIDTHS: readonly number[] = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8]
const [STRING, ARRAY] = [8, 9]

/** A cursor over the first bytes of a file of `fileSize` bytes. Its reads fail with NEED_MORE at the end of the bytes. */
export type GgufCursor = {
  /** Position in bytes from the start of the file. */
  position(): number
  u32(): number
  u64(what: string): number
  text(limit: number, what: string): string
  value(what: string): GgufValue
}

export function ggufCursor(bytes: Uint8Array, fileSize: number, fileName: string): GgufCursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  let at = 0

  function take(length: number): number {
    if (at + length > bytes.length) throw NEED_MORE
    at += length
    return at - length
  }

  function u64(what: string): number {
    const from = take(8)
    const value = view.getUint32(from, true) + view.getUint32(from + 4, true) * 2 ** 32
    if (!Number.isSafeInteger(value)) throw new Error(`${fileName}: ${what} is absurdly large`)
    return value
  }

  function text(limit: number, what: string): string {
    const length = u64(`the length of ${what}`)
    refuseBeyond(length, what)
    if (length > limit) throw new Error(`${fileName}: ${what} is ${length} bytes long, the limit is ${limit}`)
    const from = take(length)
    return utf8.decode(bytes.subarray(from, from + length))
  }

  function refuseBeyond(length: number, what: string): void {
    if (length > fileSize - at) {
      throw new Error(
        `${fileName}: ${what} claims ${length} bytes, the file has ${fileSize - at} left: cut off or damaged`,
      )
    }
  }

  function scalar(type: number, what: string): number | boolean | string {
    if (type === STRING) return text(STRING_LIMIT, what)
    const from = type === 10 || type === 11 ? at : take(WIDTHS[type] ?? 0)
    switch (type) {
      case 0:
        return view.getUint8(from)
      case 1:
        return view.getInt8(from)
      case 2:
        return view.getUint16(from, true)
      case 3:
        return view.getInt16(from, true)
      case 4:
        return view.getUint32(from, true)
      case 5:
        return view.getInt32(from, true)
      case 6:
        return view.getFloat32(from, true)
      case 7:
        return view.getUint8(from) !== 0
      case 10:
        return u64(what)
      case 11:
        return signed(what)
      case 12:
        return view.getFloat64(from, true)
      default:
        throw new Error(`${fileName}: ${what} has the unknown type ${type}`)
    }
  }

  function signed(what: string): number {
    const value = Number(view.getBigInt64(take(8), true))
    if (!Number.isSafeInteger(value)) throw new Error(`${fileName}: ${what} is absurdly large`)
    return value
  }

  function value(what: string): GgufValue {
    const type = view.getUint32(take(4), true)
    if (type !== ARRAY) return scalar(type, what)
    const element = view.getUint32(take(4), true)
    const count = u64(`the length of ${what}`)
    const width = WIDTHS[element]
    if (width === undefined || element === ARRAY) {
      throw new Error(`${fileName}: ${what} is a list of an unsupported type (${element})`)
    }
    if (count > ARRAY_LIMIT)
      throw new Error(`${fileName}: ${what} claims ${count} entries, the limit is ${ARRAY_LIMIT}`)
    refuseBeyond(count * (element === STRING ? 8 : width), what)
    const items: (number | boolean | string)[] = []
    for (let i = 0; i < count; i++) items.push(scalar(element, what))
    return items
  }

  return { position: () => at, u32: () => view.getUint32(take(4), true), u64, text, value }
}
