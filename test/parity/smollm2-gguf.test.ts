// The real SmolLM2 GGUF, when it is at hand: header, constants, weights in Hugging Face layout, the whole tokenizer.
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openTokenizer } from '../../src/ml/tokenizers/tokenizer.ts'
import { parameterCount } from '../../src/ml/models/shapes.ts'
import { openGguf } from '../../src/ml/weights/gguf-checkpoint.ts'

const path = process.env['ATTUNE_SMOLLM2_GGUF']
const missing =
  'not run: SmolLM2-135M-Instruct.Q4_1.gguf could not be fetched, and ATTUNE_SMOLLM2_GGUF does not name it'

// Indices, the values there and the sum over the tensor, from gguf-py 0.19.0's dequantize and llama.cpp's permute undone.
const WEIGHTS: [string, number[], number[], number[], number][] = [
  [
    'model.embed_tokens.weight',
    [49152, 576],
    [0, 1, 577, 14155776, 28311551],
    [-0.10654449462890625, 0.032978057861328125, -0.015869140625, -0.031681060791015625, -0.0417022705078125],
    -15353.04449415207,
  ],
  [
    'model.layers.0.self_attn.q_proj.weight',
    [576, 576],
    [0, 1, 577, 165888, 331775],
    [-0.0963134765625, 0.1573486328125, 0.39794921875, -0.056396484375, -0.255859375],
    59.22322082519531,
  ],
  [
    'model.layers.29.self_attn.k_proj.weight',
    [192, 576],
    [0, 1, 577, 55296, 110591],
    [0.062408447265625, 0.00433349609375, -0.02734375, -0.060516357421875, 0.081939697265625],
    87.89241790771484,
  ],
  [
    'model.layers.15.mlp.down_proj.weight',
    [576, 1536],
    [0, 1, 577, 442368, 884735],
    [-0.0979461669921875, 0.0727996826171875, -0.08734130859375, 0.1883544921875, -0.073577880859375],
    3.4424514770507812,
  ],
  ['model.norm.weight', [576], [0, 1, 5, 288, 575], [1.7578125, 1.8203125, 1.71875, 1.78125, 1.984375], 1038.33203125],
]

test.skipIf(!path)(`SmolLM2's GGUF (${path ?? missing})`, async () => {
  await using file = await open(path!)
  const { size } = await file.stat()
  const read = async (offset: number, length: number) => {
    const bytes = new Uint8Array(length)
    const { bytesRead } = await file.read(bytes, 0, length, offset)
    return bytes.subarray(0, bytesRead)
  }
  const model = await openGguf({ size, read }, 'SmolLM2')
  expect(model.config).toEqual({
    family: 'llama',
    ...{ layers: 30, D: 576, heads: 9, kvHeads: 3, headDim: 64, F: 1536, V: 49152, context: 8192, normEps: 1e-5 },
    ...{ tied: true, attentionBias: false, mlpBias: false, rope: { theta: 100000, scaling: null } },
    ...{ bos: 1, eos: [2], pad: 2 },
  })
  expect(model.storedAs).toEqual({ Q4_1: 210, F32: 61, Q8_0: 1 })
  expect(parameterCount(model.config)).toBe(134515008)
  for (const [name, shape, indices, values, sum] of WEIGHTS) {
    const data = await model.tensor(name)
    expect(model.shape(name)).toEqual(shape)
    expect(indices.map((i) => data[i])).toEqual(values)
    expect(data.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 4)
  }
  const golden = JSON.parse(await readFile(join(import.meta.dirname, 'fixtures/smollm2.json'), 'utf8'))
  const tokenizer = openTokenizer(model.tokenizer, model.config.V)
  for (const { text, ids } of golden.tokenizer) expect(tokenizer.encode(text)).toEqual(ids)
})
