// How much a step is to do.
import { parseSettings, unseenProbes, type MethodName, type SettingKey, type SettingValues } from '#contract'

/** What scoring a pair costs, as a share of training on it. */
export const scoringShare = 0.3

/** A run in pairs trained: its steps and the probes each time that they are scored. A prompt method's pair is a prompt with its answers. */
export function trainWork(method: MethodName, settings: SettingValues): number {
  const all = parseSettings(method, settings)
  /** `unread`: where the method does not read it. */
  const number = (key: SettingKey, unread = 0) => {
    const value = key in all ? all[key] : unread
    if (typeof value !== 'number') throw new Error(`The work of a run cannot be told without a number for ${key}.`)
    return value
  }
  const steps = number('steps')
  const answers = (number('group_size', 2) * number('ppo_epochs', 1)) / 2
  // An unseen response is half a pair.
  const unseen = unseenProbes.reduce((sum, key) => sum + number(key), 0) / 2
  const probes = number('probe_pairs') + number('heldout_pairs') + unseen
  const scorings = 1 + Math.ceil(steps / number('probe_every'))
  return steps * number('batch_pairs') * answers + scoringShare * probes * scorings
}
