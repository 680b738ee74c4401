// The protocol buffers' wire format, as much of it as a graph needs: a message is its fields' bytes, one after another.
// tfjs-node brings classes for TensorFlow's messages, but theirs know functions only by halves and are slow to fill.

/** A message, or a part of one. */
export type Bytes = Uint8Array

/** One message of these parts. */
export function joined(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Field `number` as a whole number of at least zero: int32, int64, bool, an enumeration. */
export function wholeField(number: number, value: number): Bytes {
  return Uint8Array.from([...varint(number * 8), ...varint(value)])
}

/** Field `number` as text, bytes, or a message made of parts. */
export function field(number: number, ...content: readonly (string | Bytes)[]): Bytes {
  const parts = content.map((part) => (typeof part === 'string' ? new TextEncoder().encode(part) : part))
  const length = parts.reduce((total, part) => total + part.length, 0)
  return joined([Uint8Array.from([...varint(number * 8 + 2), ...varint(length)]), ...parts])
}

/** Field `number` as a list of whole numbers of at least zero, in the packed form. */
export function wholesField(number: number, values: readonly number[]): Bytes {
  return field(number, Uint8Array.from(values.flatMap(varint)))
}

/** Entries of a map field from text to a message of type `of`. */
export function mapField(number: number, entries: Readonly<Record<string, Bytes>>): Bytes {
  return joined(Object.entries(entries).map(([key, value]) => field(number, field(1, key), field(2, value))))
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 127) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}
