// Sums of a product and something else, as one node: oneDNN's product adds to what is there, which spares a pass over the sum.
import { attrValue } from './graph-def.ts'
import { protos, type NodeDef } from './protos.ts'

const float32 = 1

/**
 * The nodes with each `sum` (by name, with its width) of a matrix product that nobody else reads as one `_FusedMatMul`.
 * The other summand may be anything of that shape. `zeros` gives a vector of zeros, for the bias that the node also wants.
 */
export function withFusedSums(
  nodes: readonly NodeDef[],
  sums: ReadonlyMap<string, number>,
  zeros: (width: number) => string,
): NodeDef[] {
  const byName = new Map(nodes.map((node) => [node.getName(), node]))
  const uses = new Map<string, number>()
  for (const input of nodes.flatMap((node) => node.getInputList())) {
    const name = nodeOf(input)
    uses.set(name, (uses.get(name) ?? 0) + 1)
  }
  const isFree = (input: string) => {
    const node = byName.get(nodeOf(input))
    const attributes = node?.getAttrMap()
    return (
      node?.getOp() === 'MatMul' &&
      uses.get(node.getName()) === 1 &&
      attributes?.get('T')?.getType() === float32 &&
      attributes.get('transpose_a')?.getB() !== true
    )
  }
  const gone = new Set<string>()
  const fused = nodes.map((node) => {
    const width = sums.get(node.getName())
    if (width === undefined) return node
    const summands = node.getInputList()
    const product = summands.find(isFree)
    if (product === undefined || summands[0] === summands[1]) return node
    const matMul = byName.get(nodeOf(product))!
    gone.add(matMul.getName())
    const other = summands.find((input) => input !== product)!
    return fusedNode(node.getName(), matMul, zeros(width), other)
  })
  // Zeros may have been added meanwhile.
  const added = nodes.slice(fused.length)
  return [...fused, ...added].filter((node) => !gone.has(node.getName()))
}

function fusedNode(name: string, matMul: NodeDef, bias: string, other: string): NodeDef {
  const node = new (protos().NodeDef)()
  node.setName(name)
  node.setOp('_FusedMatMul')
  node.setInputList([...matMul.getInputList(), bias, other])
  const attributes = node.getAttrMap()
  for (const key of ['T', 'transpose_a', 'transpose_b']) attributes.set(key, matMul.getAttrMap().get(key)!)
  attributes.set('num_args', attrValue({ int: 2 }))
  attributes.set('fused_ops', attrValue({ words: ['BiasAdd', 'Add'] }))
  return node
}

const nodeOf = (input: string) => input.replace(/^\^/, '').split(':')[0]!
