// Next steps: each a change of settings that the run has, in words; and what a rule's tries come to for one run.
import { settingOf, type Alert, type SettingValues } from '#contract'

/** What a change is made of: the run's settings, and the last step at which the rule did not hold yet. */
type Facts = { settings: SettingValues; steadyUntil: number | undefined }
type Changed = { words: string; settings: SettingValues }

const changes = {
  'lower-rate': ({ settings }: Facts) =>
    scaled(settings, 'learning_rate', 1 / 3, (now, before) => `a lower learning rate (${now} instead of ${before})`),
  'higher-rate': ({ settings }: Facts) =>
    scaled(settings, 'learning_rate', 3, (now, before) => `a higher learning rate (${now} instead of ${before})`),
  'higher-beta': ({ settings }: Facts) =>
    scaled(
      settings,
      'beta',
      3,
      (now, before) => `a higher beta (${now} instead of ${before}), which holds the policy closer to the reference`,
    ),
  'higher-kl-weight': ({ settings }: Facts) =>
    ['kl_weight', 'kl_coef']
      .map((key) => scaled(settings, key, 3, (now, before) => `a higher KL weight (${now} instead of ${before})`))
      .find((change) => change !== null) ?? null,
  'stop-there': ({ steadyUntil }: Facts) =>
    steadyUntil === undefined || steadyUntil === 0
      ? null
      : { words: `${steadyUntil} steps, as it was steady until there`, settings: { steps: steadyUntil } },
  'larger-step': ({ settings }: Facts) =>
    scaled(
      settings,
      'accumulation',
      2,
      (now, before) => `batches summed over ${now} instead of ${before}, so that one pair weighs less`,
    ),
  'longer-answers': ({ settings }: Facts) =>
    scaled(settings, 'response_tokens', 2, (now, before) => `longer answers (${now} tokens instead of ${before})`),
  'more-answers': ({ settings }: Facts) =>
    scaled(settings, 'group_size', 2, (now, before) => `more answers to a prompt (${now} instead of ${before})`),
} as const satisfies Record<string, (facts: Facts) => Changed | null>

export type Change = keyof typeof changes

/** The changes that this run has settings for, as one sentence and one set of settings; null where there is none. */
export function adviceOf(tries: readonly Change[], facts: Facts): { text: string; settings: SettingValues } | null {
  const made = tries.map((change) => changes[change](facts)).filter((change) => change !== null)
  if (made.length === 0) return null
  return {
    text: `Try ${made.map(({ words }) => words).join(', and ')}.`,
    settings: Object.assign({}, ...made.map(({ settings }) => settings)) as SettingValues,
  }
}

/**
 * The next step of an alert. Where a checkpoint from before it began is kept, the run forks there: then the steps that are left are
 * trained with the change, and stopping there is no change.
 * @param steps planned
 */
export function nextStep(
  tries: readonly Change[],
  { steps, ...facts }: Facts & { steps: number },
  from: Exclude<Alert['next'], null>['from'],
): Alert['next'] {
  const onwards =
    from &&
    adviceOf(
      tries.filter((change) => change !== 'stop-there'),
      facts,
    )
  const left = from ? steps - from.step : 0
  if (from && onwards)
    return { ...onwards, settings: { ...onwards.settings, ...(left > 0 ? { steps: left } : {}) }, from }
  const anew = adviceOf(tries, facts)
  return anew && { ...anew, from: null }
}

/** A number of the settings times a factor, to one digit and within its range; null where the run has no such setting. */
function scaled(
  settings: SettingValues,
  key: string,
  factor: number,
  words: (now: number, before: number) => string,
): Changed | null {
  const before = settings[key]
  const setting = settingOf(key)
  if (typeof before !== 'number' || before <= 0 || !setting || !('max' in setting)) return null
  const wanted = Number((before * factor).toPrecision(setting.kind === 'integer' ? 15 : 1))
  const now = Math.min(setting.max, Math.max(setting.min, wanted))
  return now === before ? null : { words: words(now, before), settings: { [key]: now } }
}
