// One node of a TensorFlow graph as plain data.

/** What tfjs and TensorFlow both have and programs use. */
export type GraphType = 'float32' | 'int32' | 'bool'

/** And what TensorFlow has besides. */
type NodeType = GraphType | 'bfloat16'

export type Attribute =
  | { type: NodeType }
  | { int: number }
  | { flag: boolean }
  | { words: readonly string[] }
  | { shape: readonly number[] }
  | { values: ArrayLike<number>; shape: readonly number[]; type: GraphType }

export type Attributes = Readonly<Record<string, Attribute>>

/** One node; `key` tells it from every node that computes something else. */
export type GraphNode = { name: string; op: string; inputs: readonly string[]; attributes: Attributes; key: string }
