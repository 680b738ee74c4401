// The protocol buffers of a TensorFlow graph, from the file that tfjs-node brings (graph.proto, saved_model.proto), with the
// few of its words that are used here typed.
import { createRequire } from 'node:module'

type Message = { serializeBinary(): Uint8Array }
type Shape = Message & { addDim(dim: Dim): void }
type Dim = Message & { setSize(size: number): void }

export type TensorProto = Message & {
  setDtype(type: number): void
  setTensorShape(shape: Shape): void
  setTensorContent(bytes: Uint8Array): void
}

export type AttrValue = Message & {
  setType(type: number): void
  setI(value: number): void
  setB(value: boolean): void
  setShape(shape: Shape): void
  setTensor(tensor: TensorProto): void
  setList(list: ListValue): void
}

type ListValue = Message & { setSList(words: Uint8Array[]): void }

export type NodeDef = Message & {
  setName(name: string): void
  setOp(op: string): void
  setInputList(inputs: string[]): void
  getAttrMap(): { set(name: string, value: AttrValue): void }
}

export type GraphDef = Message & { setNodeList(nodes: NodeDef[]): void; setVersions(version: VersionDef): void }
type VersionDef = Message & { setProducer(version: number): void }
type MetaInfo = Message & { addTags(tag: string): void }
type MetaGraph = Message & { setMetaInfoDef(info: MetaInfo): void; setGraphDef(graph: GraphDef): void }
type SavedModel = Message & { setSavedModelSchemaVersion(version: number): void; addMetaGraphs(graph: MetaGraph): void }

type Protos = {
  AttrValue: (new () => AttrValue) & { ListValue: new () => ListValue }
  GraphDef: new () => GraphDef
  MetaGraphDef: (new () => MetaGraph) & { MetaInfoDef: new () => MetaInfo }
  NodeDef: new () => NodeDef
  SavedModel: new () => SavedModel
  Tensor: new () => TensorProto
  TensorShape: (new () => Shape) & { Dim: new () => Dim }
  VersionDef: new () => VersionDef
}

let loaded: Protos | null = null

/** Loaded at first use: a machine without tfjs-node never needs them. */
export function protos(): Protos {
  return (loaded ??= createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as Protos)
}

/** A list of words. */
export function wordsProto(words: readonly string[]): ListValue {
  const list = new (protos().AttrValue.ListValue)()
  list.setSList(words.map((word) => new TextEncoder().encode(word)))
  return list
}

/** A shape of known sizes. */
export function shapeProto(shape: readonly number[]): Shape {
  const { TensorShape } = protos()
  const proto = new TensorShape()
  for (const size of shape) {
    const dim = new TensorShape.Dim()
    dim.setSize(size)
    proto.addDim(dim)
  }
  return proto
}
