// How much a step is to do, and the checker that all studies judge answers by.
import type { CheckerChoice, SettingValues } from '#contract'

export const checker = { name: 'arithmetic-answer', parameters: {} } satisfies CheckerChoice

/** What scoring a pair costs, as a share of training on it. */
export const scoringShare = 0.3

/** A run in pairs trained: its steps and the probes each time that they are scored. A prompt method's pair is a prompt with its answers. */
export function trainWork(settings: SettingValues): number {
  const number = (key: string, standard: number) => (typeof settings[key] === 'number' ? settings[key] : standard)
  const steps = number('steps', 100)
  const answers = (number('group_size', 2) * number('ppo_epochs', 1)) / 2
  const probes =
    number('probe_pairs', 32) +
    number('heldout_pairs', 32) +
    (number('probe_others', 16) + number('probe_samples', 8)) / 2
  const scorings = 1 + Math.ceil(steps / number('probe_every', 10))
  return steps * number('batch_pairs', 4) * answers + scoringShare * probes * scorings
}
