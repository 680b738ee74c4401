// The tiny models of the golden numbers: their weights, their configuration and the rows that PyTorch was given.
import { open, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { ModelConfig } from '../../src/ml/models/config.ts'
import type { HostArray, HostArrays } from '../../src/ml/program.ts'
import { ints } from '../../src/ml/program.ts'
import { readSafetensorsHeader, readTensor } from '../../src/ml/weights/safetensors.ts'
import { memorySource } from '../../src/ml/weights/source.ts'

export type Step = {
  ref_logps: number[]
  loss: number[]
  step0_param_grad_norm: Record<string, number>
  step0_param_grad_first4: Record<string, number[]>
}

export type Golden = {
  logps: number[]
  logits_seq0_first8: number[][]
  logits_last_full: number[]
  token_logps_seq3: number[]
  greedy16_prompt3: number[]
  wd0: Step
}

export type Ids = { prompt_ids: number[]; chosen_ids: number[]; rejected_ids: number[] }

const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url))

export async function fixture<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(`${fixtures}${name}.json`, 'utf8')) as T
}

/** All tensors of a safetensors file, as the executor takes them. */
export async function fixtureWeights(path: string): Promise<HostArrays> {
  const file = await open(`${fixtures}${path}`)
  const source = memorySource(new Uint8Array(await file.readFile()))
  await file.close()
  const weights: Record<string, HostArray> = {}
  for (const [name, entry] of await readSafetensorsHeader(source, path)) {
    weights[name] = { dtype: 'float32', shape: entry.shape, data: await readTensor(source, entry, name) }
  }
  return weights
}

const tiny = { layers: 2, heads: 4, V: 256, context: 128, mlpBias: false, bos: 188, eos: [188], pad: 188 }

export const configs: Record<'tiny-llama' | 'tiny-qwen2' | 'tiny-gpt2', ModelConfig> = {
  'tiny-llama': {
    ...tiny,
    family: 'llama',
    D: 64,
    kvHeads: 2,
    headDim: 16,
    F: 112,
    normEps: 1e-5,
    tied: false,
    attentionBias: false,
    rope: { theta: 10000, scaling: null },
  },
  'tiny-qwen2': {
    ...tiny,
    family: 'qwen2',
    D: 48,
    kvHeads: 2,
    headDim: 12,
    F: 96,
    normEps: 1e-6,
    tied: true,
    attentionBias: true,
    rope: { theta: 1000000, scaling: null },
  },
  'tiny-gpt2': {
    ...tiny,
    family: 'gpt2',
    D: 48,
    kvHeads: 4,
    headDim: 12,
    F: 192,
    normEps: 1e-5,
    tied: true,
    attentionBias: true,
    rope: null,
  },
}

/** One row of tokens and where its responses lie. `response` lists the positions in `ids` whose token is a target. */
export type Row = {
  ids: number[]
  positions: number[]
  units: number[]
  branches: number[]
  targets: { at: number; branch: number; unit: number }[]
}

/** A pair with its prompt computed once: prompt, chosen, rejected. The readers of a response's first token is the prompt's last. */
export function sharedRow({ prompt_ids, chosen_ids, rejected_ids }: Ids, unit = 0, branchesUsed = [1, 2]): Row {
  const row: Row = {
    ids: [...prompt_ids],
    positions: prompt_ids.map((_, i) => i),
    units: [],
    branches: prompt_ids.map(() => 0),
    targets: [],
  }
  for (const branch of branchesUsed) {
    const response = branch === 1 ? chosen_ids : rejected_ids
    response.forEach((id, i) => {
      row.targets.push({ at: row.ids.length, branch, unit })
      row.ids.push(id)
      row.positions.push(prompt_ids.length + i)
      row.branches.push(branch)
    })
  }
  row.units = row.ids.map(() => unit)
  return row
}

/** Rows joined end to end, each a unit of its own. */
export function packed(rows: Row[]): Row {
  const joined: Row = { ids: [], positions: [], units: [], branches: [], targets: [] }
  rows.forEach((row, unit) => {
    const start = joined.ids.length
    joined.targets.push(...row.targets.map((target) => ({ ...target, at: target.at + start, unit })))
    joined.ids.push(...row.ids)
    joined.positions.push(...row.positions)
    joined.units.push(...row.units.map(() => unit))
    joined.branches.push(...row.branches)
  })
  return joined
}

/** Rows padded to one length, as inputs of `hidden`, with the flat position that predicts each target and its group (unit * 2 + branch - 1). */
export function batchOf(rows: Row[], T = Math.max(...rows.map((row) => row.ids.length))) {
  const B = rows.length
  const fill = (values: (row: Row) => number[], blank: number) =>
    ints(
      rows.flatMap((row) => [...values(row), ...Array<number>(T - values(row).length).fill(blank)]),
      [B, T],
    )
  const targets = rows.flatMap((row, b) =>
    row.targets.map(({ at, branch }) => {
      // A response's first token is predicted by the prompt's last, wherever other branches lie between.
      const starts = row.branches[at - 1] === branch && row.units[at - 1] === row.units[at]
      const promptEnd = row.branches.findLastIndex(
        (other, i) => i < at && other === 0 && row.units[i] === row.units[at],
      )
      return { from: b * T + (starts ? at - 1 : promptEnd), id: row.ids[at]! }
    }),
  )
  return {
    ids: fill((row) => row.ids, 0),
    positions: fill((row) => row.positions, 0),
    units: fill((row) => row.units, -1),
    branches: fill((row) => row.branches, 0),
    from: ints(targets.map(({ from }) => from)),
    targets: ints(targets.map(({ id }) => id)),
  }
}
