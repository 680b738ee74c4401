// What a way of learning (from pairs, from prompts, from rewards) brings to the one loop of dpo.ts.
import type { Program } from '../program.ts'
import type { Doing, DpoEvent } from './events.ts'
import type { PairUnit } from './plan.ts'
import type { UpdateReadings } from './step-readings.ts'

/** What a step does with the gradients that it has summed. */
export type Update = {
  /**
   * Moves the weights by them, as update `nth` of its step, and returns their norm before clipping; they are gone or zero afterwards.
   * Throws when the norm is no number.
   */
  move(nth?: number): Promise<number>
  /** Leaves them out: nothing of them is added to the next. */
  forget(): Promise<void>
}

/** What was learnt in a step: `tokens` went through the model, and its readings are told once those of the update are known. */
export type Taught<Readings> = { tokens: number; grad_norm: number; readings(update: UpdateReadings): Readings }

export type Teacher = {
  /** Adds to the gradient sums, or puts them there. */
  gradients: Program
  /** Updates of a step, at most. */
  updates: number
  /** Whether an update may be more than one batch, whose gradients are summed. */
  summed: boolean
  /** Before the first step: what is measured, and what that and the loss stand on. `untouched`: no update was made, and the policy is the reference still. */
  prepare(untouched: boolean): AsyncGenerator<DpoEvent, void>
  /** The greedy answers to the sample prompts under the reference, where `prepare` has drawn them. */
  firstAnswers?(): readonly number[][] | null
  /** What is measured every so many steps, under the weights after `step` updates. */
  measure(step: number): AsyncGenerator<DpoEvent, void>
  /** The gradient geometry of probed pairs, likewise, where a method has one. */
  geometry?(step: number): AsyncGenerator<DpoEvent, void>
  /** Learns from the pairs of a step, or from answers to their prompts. */
  learn(
    pairs: readonly PairUnit[],
    step: number,
    update: Update,
  ): AsyncGenerator<Doing, Taught<Extract<DpoEvent, { kind: 'step' }>['readings']>>
}
