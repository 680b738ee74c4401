// Runs, what they measure, and what is said of them.
import { z } from 'zod'
import { MethodName } from './methods.ts'
import { ModelId } from './models.ts'
import { PairId, SetId, Text } from './pairs.ts'

export const RunId = z.int().positive().brand<'RunId'>()
export type RunId = z.infer<typeof RunId>

/**
 * queued: waits for the trainer. preparing: loading, reference pass. running, stopping: as they say.
 * stopped: by the user, can be resumed. finished: all steps done. interrupted: the trainer or the app died, can be resumed.
 * failed: cannot go on as it is; `reason` says why.
 */
export const RunStatus = z.enum([
  'queued',
  'preparing',
  'running',
  'stopping',
  'stopped',
  'finished',
  'interrupted',
  'failed',
])
export type RunStatus = z.infer<typeof RunStatus>

/** Whether nothing more happens to a run of this status by itself. */
export function isOver(status: RunStatus): boolean {
  return status === 'stopped' || status === 'finished' || status === 'interrupted' || status === 'failed'
}

export const SettingValue = z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(z.string())])
export type SettingValue = z.infer<typeof SettingValue>
export const SettingValues = z.record(z.string(), SettingValue)
export type SettingValues = z.infer<typeof SettingValues>

/** What a run pins, so that it can be repeated. */
export const Provenance = z.object({
  app: z.string(),
  tensorflow: z.string(),
  backend: z.string(),
  device: z.string(),
  /** What the factors of products were rounded to: float32 or bfloat16. */
  precision: z.string(),
  /** Why that one, in words; not known of runs before it was chosen by a measurement. */
  precisionWhy: z.string().optional(),
  /** Whether blocks are made again in the backward pass; not known of runs before that could be chosen. */
  recompute: z.boolean().optional(),
  modelHash: z.string(),
  tokenizerHash: z.string(),
  templateHash: z.string(),
  setVersionHash: z.string(),
  /** Of the out-of-domain set, where one is probed. */
  outOfDomainHash: z.string().optional(),
})
export type Provenance = z.infer<typeof Provenance>

export const Throughput = z.object({
  /** Training pairs a second, probes and samples left out. */
  pairsPerSecond: z.number(),
  tokensPerSecond: z.number(),
  /** Peak resident set of the trainer, bytes. */
  peakMemory: z.number(),
})
export type Throughput = z.infer<typeof Throughput>

export const Run = z.object({
  id: RunId,
  name: z.string(),
  method: MethodName,
  status: RunStatus,
  /** What happened, for `failed` and `interrupted`. */
  reason: z.string().nullable(),
  model: z.object({ id: ModelId, name: z.string() }),
  set: z.object({ id: SetId, name: z.string(), pairs: z.int() }),
  /** Whether it learns from answers alone: chosen is then said of the good ones, rejected of the bad ones. */
  alone: z.boolean(),
  settings: SettingValues,
  seed: z.int(),
  /** The optimiser steps done and planned. */
  step: z.int(),
  steps: z.int(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  notes: z.string(),
  /** The run this one was forked from. */
  parent: RunId.nullable(),
  /** The step of the parent's checkpoint that it began from; null for one that began from its model. Its own steps count from 0. */
  parentStep: z.int().nullable(),
  provenance: Provenance.nullable(),
  throughput: Throughput.nullable(),
  /** Seconds that are left, by the pace of the last steps. */
  secondsLeft: z.number().nullable(),
  /** What the run does now in a few words: 'reference pass, 12 of 40 pairs'. */
  doing: z.string().nullable(),
  /** The step of the newest checkpoint, if there is one. */
  checkpoint: z.int().nullable(),
  /** How many alerts stand, by level. */
  alerts: z.object({ watch: z.int(), alarm: z.int() }),
})
export type Run = z.infer<typeof Run>

/** One measured number. Names are those of readings.ts. */
export const Reading = z.object({ step: z.int(), name: z.string(), value: z.number() })
export type Reading = z.infer<typeof Reading>

/**
 * What a run is probed with, chosen once at its start.
 * train: pairs it trains on. heldout: pairs it never sees. other: another prompt's chosen response after this prompt.
 * other-rejected: its rejected one. near-miss: the chosen with some tokens changed. shuffled: its tokens in another order.
 * sampled: an answer sampled from the reference. resampled: at another temperature.
 * out-of-domain: the chosen response of a pair of another set.
 */
export const ProbeKind = z.enum([
  'train',
  'heldout',
  'other',
  'other-rejected',
  'near-miss',
  'shuffled',
  'sampled',
  'resampled',
  'out-of-domain',
])
export type ProbeKind = z.infer<typeof ProbeKind>

export const Probe = z.object({
  /** Position in the run's list of probes. */
  index: z.int(),
  kind: ProbeKind,
  pair: PairId.nullable(),
  prompt: Text,
  /** `train` and `heldout` have both, or of an answer alone the one that its mark says; the unseen kinds have only a response. */
  chosen: z.string().nullable(),
  rejected: z.string().nullable(),
  response: z.string().nullable(),
})
export type Probe = z.infer<typeof Probe>

/** One probe at one step: log-probabilities summed over tokens, of the policy and of the reference, in nats. */
export const ProbeScore = z.object({
  step: z.int(),
  index: z.int(),
  /** The chosen response, or the unseen one. */
  chosen: z.object({ policy: z.number(), reference: z.number(), tokens: z.int() }),
  rejected: z.object({ policy: z.number(), reference: z.number(), tokens: z.int() }).nullable(),
})
export type ProbeScore = z.infer<typeof ProbeScore>

/** An answer of the policy to a fixed prompt. Step 0 is the reference. */
export const Sample = z.object({ step: z.int(), index: z.int(), prompt: Text, text: z.string() })
export type Sample = z.infer<typeof Sample>

export const PropertyName = z.enum(['drop', 'degradation', 'dispersion'])
export type PropertyName = z.infer<typeof PropertyName>

/** What the readings say of one property, in words. */
export const Judgement = z.object({
  property: PropertyName,
  light: z.enum(['waiting', 'steady', 'watch', 'alarm']),
  sentence: z.string(),
  /** The value now, nats per token against the reference. */
  value: z.number().nullable(),
  step: z.int().nullable(),
  cause: z.string().nullable(),
  /** What to change, and the settings that a fork would start with. */
  advice: z.object({ text: z.string(), settings: SettingValues }).nullable(),
})
export type Judgement = z.infer<typeof Judgement>

/** What a run will need, told before it starts. */
export const Estimate = z.object({
  steps: z.int(),
  trainPairs: z.int(),
  heldoutPairs: z.int(),
  /** Seconds for the whole run; null while this machine has not trained this model yet and nothing is known. */
  seconds: z.number().nullable(),
  secondsFrom: z.string(),
  /** Peak resident memory, bytes. */
  memory: z.number(),
  memoryAvailable: z.number(),
  /** Whether blocks are made again in the backward pass, and what of that is worth knowing, in words. */
  recompute: z.boolean(),
  recomputeWhy: z.string().nullable(),
  trainableParameters: z.int(),
  warnings: z.array(z.string()),
})
export type Estimate = z.infer<typeof Estimate>
