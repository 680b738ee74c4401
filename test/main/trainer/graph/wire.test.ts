// The wire format against tfjs-node's own classes for the same messages, and the numbers of the protocol's documentation.
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { field, joined, mapField, wholeField, wholesField } from '../../../../src/main/trainer/engine/graph/wire.ts'

test('whole numbers and text as the documentation of the format has them', () => {
  // protobuf.dev/programming-guides/encoding: field 1 = 150, field 2 = "testing", field 6 = [3, 270, 86942].
  expect([...wholeField(1, 150)]).toEqual([0x08, 0x96, 0x01])
  expect([...field(2, 'testing')]).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67])
  expect([...wholesField(6, [3, 270, 86942])]).toEqual([0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05])
})

test('numbers beyond 32 bits', () => {
  expect([...wholeField(1, 2 ** 40)]).toEqual([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20])
})

type Message = { serializeBinary(): Uint8Array }
type Node = Message & {
  setName(name: string): void
  setInputList(inputs: string[]): void
  getAttrMap(): { set(key: string, value: Message): void }
}
type Attribute = Message & { setI(value: number): void }

test('a message of parts, with a map, equals what its class writes', () => {
  const classes = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as {
    NodeDef: new () => Node
    AttrValue: new () => Attribute
  }
  const node = new classes.NodeDef()
  const number = new classes.AttrValue()
  number.setI(300)
  node.setName('näme')
  node.setInputList(['a:0', 'b:1'])
  node.getAttrMap().set('N', number)
  const parts = [field(1, 'näme'), field(3, 'a:0'), field(3, 'b:1'), mapField(5, { N: wholeField(3, 300) })]
  expect(joined(parts)).toEqual(node.serializeBinary())
})
