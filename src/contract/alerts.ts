// Alerts: what a rule over a run's readings found, when it began and ended, what it saw, and what to change.
import { z } from 'zod'
import { PropertyName, RunId, SettingValues } from './runs.ts'

/** The rules by name; what each means and its limits: docs/alerts.md. */
export const AlertRule = z.enum([
  'drastic-drop',
  'chosen-suppressed',
  'mass-to-unseen',
  'entropy-collapse',
  'entropy-rises',
  'kl-spent',
  'margin-saturated',
  'heldout-falls',
  'repetition',
  'nothing-moves',
  'loss-rising',
  'gradient-spike',
  'reward-not-carried',
  'policy-drifts',
  'no-spread',
  'answers-cut',
  'overfitted-rewards',
  'nothing-ranked',
])
export type AlertRule = z.infer<typeof AlertRule>

export const AlertLevel = z.enum(['watch', 'alarm'])
export type AlertLevel = z.infer<typeof AlertLevel>

/** One number that a rule saw. */
export const AlertEvidence = z.object({
  /** A reading, or a figure made of one. */
  signal: z.string(),
  step: z.int(),
  value: z.number(),
})
export type AlertEvidence = z.infer<typeof AlertEvidence>

/** A checkpoint of a run, by its step. */
export const RunPoint = z.object({ run: RunId, step: z.int().min(0) })
export type RunPoint = z.infer<typeof RunPoint>

export const Alert = z.object({
  run: RunId,
  rule: AlertRule,
  property: PropertyName.nullable(),
  /** The highest it has had. */
  level: AlertLevel,
  title: z.string(),
  /** What was seen, in words. */
  sentence: z.string(),
  cause: z.string(),
  /** The first of the moments that raised it, in steps, and the one at which it was raised. */
  since: z.int(),
  raisedStep: z.int(),
  raisedAt: z.string(),
  /** Null while it stands; at the end of a run it stands for good. */
  clearedStep: z.int().nullable(),
  clearedAt: z.string().nullable(),
  /** What raised it to its level; `label` and `unit` say what a number is, `chart` which reading's chart shows it. */
  evidence: z.array(
    AlertEvidence.extend({ label: z.string(), unit: z.string(), chart: z.string(), limit: z.number().nullable() }),
  ),
  /** A settings change, and the checkpoint before it began where one is kept; null where no change is known to help. */
  next: z.object({ text: z.string(), settings: SettingValues, from: RunPoint.nullable() }).nullable(),
})
export type Alert = z.infer<typeof Alert>
