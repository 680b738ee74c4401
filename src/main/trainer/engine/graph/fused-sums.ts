// Sums of a product and something else, as one node: oneDNN's product adds to what is there, which spares a pass over the sum.
import type { GraphNode } from './graph-node.ts'

/**
 * The nodes with each of `sums` (names of AddV2, with their width) of a matrix product that nobody else reads as one
 * `_FusedMatMul`; the other summand may be anything of that shape. `zeros` adds a vector of zeros, for the bias that such a node
 * also wants, and `all` are the nodes once they are added.
 */
export function withFusedSums(
  nodes: readonly GraphNode[],
  sums: ReadonlyMap<string, number>,
  zeros: (width: number) => string,
  all: () => readonly GraphNode[],
): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const uses = new Map<string, number>()
  for (const { inputs } of nodes)
    for (const input of inputs) uses.set(nodeOf(input), (uses.get(nodeOf(input)) ?? 0) + 1)
  const freeProduct = (input: string): GraphNode | null => {
    const node = byName.get(nodeOf(input))
    if (node?.op !== 'MatMul' || uses.get(node.name) !== 1) return null
    const { T, transpose_a } = node.attributes
    const plain = T && 'type' in T && T.type === 'float32' && transpose_a && 'flag' in transpose_a && !transpose_a.flag
    return plain ? node : null
  }
  const fused = new Map<string, GraphNode>()
  const gone = new Set<string>()
  for (const [name, width] of sums) {
    const sum = byName.get(name)!
    const [product, other] = summands(sum, freeProduct)
    if (!product) continue
    gone.add(product.name)
    fused.set(name, {
      ...{ name, key: `fused ${product.key} ${sum.key}` },
      op: '_FusedMatMul',
      inputs: [...product.inputs, zeros(width), other],
      attributes: { ...product.attributes, num_args: { int: 2 }, fused_ops: { words: ['BiasAdd', 'Add'] } },
    })
  }
  return all()
    .filter(({ name }) => !gone.has(name))
    .map((node) => fused.get(node.name) ?? node)
}

/** The product among a sum's two inputs, the first if both are, and the other input. */
function summands({ inputs: [a, b] }: GraphNode, freeProduct: (input: string) => GraphNode | null) {
  const first = freeProduct(a!)
  return first ? ([first, b!] as const) : ([freeProduct(b!), a!] as const)
}

const nodeOf = (input: string) => input.replace(/^\^/, '').split(':')[0]!
