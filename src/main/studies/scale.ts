// How much a step is to do, and the checker that all studies judge answers by.
import { settingOf, type CheckerChoice, type SettingKey, type SettingValues } from '#contract'

export const checker = { name: 'arithmetic-answer', parameters: {} } satisfies CheckerChoice

/** What scoring a pair costs, as a share of training on it. */
export const scoringShare = 0.3

/** Unseen responses that a run scores with its probes: half a pair each. */
const unseenProbes = [
  'probe_others',
  'probe_others_rejected',
  'probe_near_misses',
  'probe_shuffled',
  'probe_samples',
  'probe_resamples',
] as const satisfies readonly SettingKey[]

/** A run in pairs trained: its steps and the probes each time that they are scored. A prompt method's pair is a prompt with its answers. */
export function trainWork(settings: SettingValues): number {
  const number = (key: SettingKey, standard = settingOf(key)?.default) => {
    const value = settings[key] ?? standard
    if (typeof value !== 'number') throw new Error(`The work of a run cannot be told without a number for ${key}.`)
    return value
  }
  const steps = number('steps')
  const answers = (number('group_size', 2) * number('ppo_epochs', 1)) / 2
  const unseen = unseenProbes.reduce((sum, key) => sum + number(key), 0)
  const probes = number('probe_pairs') + number('heldout_pairs') + unseen / 2
  const scorings = 1 + Math.ceil(steps / number('probe_every'))
  return steps * number('batch_pairs') * answers + scoringShare * probes * scorings
}
