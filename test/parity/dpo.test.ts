// Five steps of DPO against PyTorch, under each executor: losses, gradient norms, log-probabilities and weights afterwards, full and
// with LoRA.
import { describe, expect, test } from 'vitest'
import { tensorsAlive } from '../ml/backend.ts'
import { driven, executorWith, goldenSettings, ofKind, pairUnits } from '../ml/recipes/runs.ts'
import type { DpoSettings } from '../../src/ml/recipes/settings.ts'
import { openWays, type Way } from './executors.ts'
import { configs, fixture, fixtureWeights, type Ids } from './tiny-models.ts'

const ways = await openWays()

type Trained = {
  ref_logps: number[]
  loss: number[]
  grad_norm: number[]
  logps_after: number[]
  param_norm_after?: Record<string, number>
}
type Variants = 'wd0' | 'wd0.1_clip0.05_hfgroups'
type Fixture = { token_ids: Ids[]; fp32: Record<Variants, Trained>; fresh_fp32: Trained }

const clipped: Partial<DpoSettings> = { weight_decay: 0.1, max_grad_norm: 0.05 }

describe.each(ways)('$way', ({ open }) => {
  test.each([
    ['tiny-gpt2', 'wd0', {}],
    ['tiny-llama', 'wd0', {}],
    ['tiny-qwen2', 'wd0', {}],
    ['tiny-gpt2', 'wd0.1_clip0.05_hfgroups', clipped],
    ['tiny-llama', 'wd0.1_clip0.05_hfgroups', clipped],
    ['tiny-qwen2', 'wd0.1_clip0.05_hfgroups', clipped],
  ] as const)('%s, all weights, %s', async (model, variant, changes) => {
    const golden = await fixture<Fixture>(model)
    const weights = await fixtureWeights(`${model}/model.safetensors`)
    await expectSameTraining(open, model, weights, golden, golden.fp32[variant], changes)
  })

  test.each([
    ['tiny-llama-lora-fresh', (golden: Fixture) => golden.fresh_fp32],
    ['tiny-llama-lora', (golden: Fixture) => golden.fp32.wd0],
  ] as const)('%s, adapter only', async (adapter, wanted) => {
    const golden = await fixture<Fixture>('tiny-llama-lora')
    const weights = {
      ...(await fixtureWeights('tiny-llama/model.safetensors')),
      ...(await fixtureWeights(`${adapter}/adapter_model.safetensors`)),
    }
    await expectSameTraining(open, 'tiny-llama', weights, golden, wanted(golden), { tuning: 'lora' })
  })
})

async function expectSameTraining(
  open: Way['open'],
  model: keyof typeof configs,
  weights: Awaited<ReturnType<typeof fixtureWeights>>,
  golden: Fixture,
  wanted: Trained,
  changes: Partial<DpoSettings>,
) {
  const before = tensorsAlive()
  const executor = executorWith(open(), weights)
  const settings = { ...goldenSettings, ...changes }
  const run = { executor, config: configs[model], pairs: pairUnits(golden.token_ids), settings, seed: 1 }
  const { events, checkpoint } = await driven(run)

  const steps = ofKind(events, 'step').map((event) => event.readings)
  expectWithin(
    steps.map((readings) => readings.loss),
    wanted.loss,
    1e-4,
  )
  expectWithin(
    steps.map((readings) => readings.grad_norm),
    wanted.grad_norm,
    1e-4,
  )

  const scored = ofKind(events, 'scored')
  const probes = ofKind(events, 'probed')[0]!.probes
  const inPairOrder = (step: number, read: 'policy' | 'reference') => {
    const scores = scored.find((event) => event.step === step)!.scores
    const ofPair = golden.token_ids.map((_, pair) => scores[probes.find((probe) => probe.pair === pair)!.index]!)
    return [...ofPair.map(({ chosen }) => chosen[read]), ...ofPair.map(({ rejected }) => rejected![read])]
  }
  expectWithin(inPairOrder(5, 'reference'), wanted.ref_logps, 1e-4)
  expectWithin(inPairOrder(5, 'policy'), wanted.logps_after, 1e-3)

  for (const [name, norm] of Object.entries(wanted.param_norm_after ?? {})) {
    const tensor = checkpoint[name.replace('.default', '')]
    expect(tensor, name).toBeDefined()
    expect(Math.abs(Math.hypot(...tensor!.data) - norm), name).toBeLessThan(1e-4 * Math.max(1, norm))
  }
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
}

function expectWithin(found: number[], wanted: number[], distance: number) {
  expect(found.length).toBe(wanted.length)
  const worst = Math.max(...wanted.map((value, i) => Math.abs(value - found[i]!)))
  expect(worst).toBeLessThan(distance)
}
