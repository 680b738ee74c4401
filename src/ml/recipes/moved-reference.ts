// The reference of TR-DPO, which follows the policy (Gorbatovski et al. 2024, arXiv 2404.09656): a second adapter in the state, beside
// the policy's. What the run is measured against stays the reference it began with.
import type { ModelConfig } from '../models/config.ts'
import { loraShapes } from '../models/lora.ts'
import type { Program } from '../program.ts'
import * as tf from '../tf.ts'
import type { Tensor } from '../tf.ts'
import type { DpoRun } from './dpo-run.ts'
import type { PairMethod } from './pair-method.ts'
import type { PairUnit } from './plan.ts'
import { referenceName, scoreUnits } from './programs.ts'
import { scoredPairs } from './scoring.ts'
import { adapterSettings, type DpoSettings } from './settings.ts'

export type MovedReference = {
  /** Log-probabilities of both responses of each pair, summed over tokens, in nats; null while the reference has not moved yet. */
  logps(pairs: readonly PairUnit[], step: number): Promise<Record<'chosen' | 'rejected', number[]> | null>
  /** To be called after update `step`: moves the reference when it is due. */
  after(step: number): Promise<void>
}

/** Of a method that moves its reference; null of any other. Its programs are made once. */
export function movedReference({ executor, config, settings }: DpoRun, method: PairMethod): MovedReference | null {
  const { movesReference: moves } = method
  if (!moves) return null
  const lora = adapterSettings(config, settings)
  if (!lora) throw new Error('A reference that moves is an adapter, so it needs tuning lora.')
  const score = scoreUnits(config, lora, { adapterName: referenceName })
  const move = referenceUpdate(config, settings, moves.share)
  return {
    logps: async (pairs, step) => (step < moves.every ? null : scoredPairs(executor, score, pairs)),
    async after(step) {
      if ((step + 1) % moves.every === 0) await executor.run(move, {})
    },
  }
}

/** Moves each matrix of the reference's adapter to (1 - share) times itself plus share times the policy's. No inputs, no outputs. */
function referenceUpdate(config: ModelConfig, settings: DpoSettings, share: number): Program {
  const names = Object.keys(loraShapes(config, adapterSettings(config, settings)!))
  return {
    name: 'move the reference',
    run(state) {
      const moved = names.map((name): [string, Tensor] => {
        const [from, to] = [state[referenceName(name)]!, state[name]!]
        return [referenceName(name), tf.add(tf.mul(1 - share, from), tf.mul(share, to))]
      })
      return { updates: Object.fromEntries(moved), outputs: {} }
    },
  }
}
