// Where a run leads on: New run as a fork of it, with its model, set and settings, some of them changed; an evaluation of it.
import {
  checkerOfSettings,
  forkRequest,
  type Alert,
  type CheckerListing,
  type Run,
  type SettingValues,
} from '#contract'
import { addressOf } from '../../addresses.ts'
import { parametersText } from '../../parts/checker-values.ts'

/** Of New run as a fork: only settings that differ from the defaults travel, the form fills in the rest. */
export function forkAddress(run: Run, change: SettingValues = {}, step: number | null = null): string {
  const { model, set, method, seed, settings, parent } = forkRequest(run, { change, step })
  return addressOf('/runs/new', {
    ...{ model, set, method, seed: seed || null, parent, step },
    settings: Object.keys(settings).length > 0 ? JSON.stringify(settings) : null,
  })
}

/** Of the fork that an alert advises; null where no change is known to help. */
export function adviceAddress(run: Run, { next }: Alert): string | null {
  return next && forkAddress(run, next.settings, next.from?.step ?? null)
}

/** The address of a new evaluation: the run against the model it began from, on what it held out, judged by what it learnt from. */
export function evaluateAddress(
  { id, model, set, settings }: Pick<Run, 'id' | 'model' | 'set' | 'settings'>,
  checkers: readonly CheckerListing[],
): string {
  const heldOutOf = Number(settings.heldout_pairs) > 0 ? id : null
  const checker = checkerOfSettings(settings, checkers)
  return addressOf('/evaluate', {
    ...{ new: 1, policy: `run:${id}`, against: `model:${model.name}`, set: set.name, heldOutOf },
    ...{ checker: checker?.name ?? null, parameters: checker && parametersText(checker.parameters) },
    rewardModel: settings.reward_from === 'reward-model' ? String(settings.reward_model) : null,
  })
}
