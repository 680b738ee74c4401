// A stored alert as it is told: in words, with what it saw and what to change.
import { AlertRule, type Alert, type AlertEvidence, type Run } from '#contract'
import type { Checkpoint, StoredAlert } from '../../store/index.ts'
import { nextStep } from './changes.ts'
import { holds } from './hysteresis.ts'
import { limits } from './limits.ts'
import { ruleSaid } from './rules.ts'
import { isSignalName, signalInfo } from './signals.ts'

/** Null for one of a rule that this Attune does not have. `kept` are the checkpoints of the run that are still there. */
export function toldAlert(run: Run, stored: StoredAlert, kept: readonly Checkpoint[]): Alert | null {
  const name = AlertRule.safeParse(stored.rule).data
  if (!name) return null
  const { title, property, sentence, cause, next } = ruleSaid(name, run)
  const { steadyStep, since, raisedStep, raisedAt, clearedStep, clearedAt, level, evidence } = stored
  /** The limit that it is beyond, the further one first. */
  const limitOf = ({ signal, value }: AlertEvidence) => {
    const own = limits[name].ways.flat().filter((condition) => condition.signal === signal)
    const beyond = own.flatMap((one) => [one[level], one.watch].filter((limit) => holds(one, value, limit)))
    return beyond[0] ?? null
  }
  const checkpoint = steadyStep === null ? undefined : kept.findLast(({ step }) => step <= steadyStep)
  const facts = { settings: run.settings, steps: run.steps, steadyUntil: steadyStep ?? undefined }
  return {
    ...{ run: run.id, rule: name, property: property ?? null, level, title, cause },
    sentence: sentence((signal) => evidence.findLast((one) => one.signal === signal)?.value ?? null),
    ...{ since, raisedStep, raisedAt, clearedStep, clearedAt },
    evidence: evidence.flatMap((one) => {
      if (!isSignalName(one.signal)) return []
      const { label, unit, chart } = signalInfo(one.signal)
      return [{ ...one, label, unit, chart, limit: limitOf(one) }]
    }),
    next: nextStep(next, facts, checkpoint ? { run: run.id, step: checkpoint.step } : null),
  }
}
