// The checker that a run's settings name, made once before the run is there, so that what is wrong with it is told at once.
import {
  checkerOfSettings,
  ProblemError,
  problemOf,
  textsOfParameters,
  type ParsedSettings,
  type SettingValues,
} from '#contract'
import type { AppContext } from './context.ts'

/**
 * The settings with all parameters of their checker, so that a default that changes one day changes no run.
 * @throws ProblemError that names the setting, when there is no such parameter or the checker refuses one
 */
export async function checkerSettled(
  { trainer }: Pick<AppContext, 'trainer'>,
  settings: ParsedSettings,
): Promise<ParsedSettings> {
  if (settings.checker === undefined || settings.reward_from === 'reward-model') return settings
  const listings = await trainer.ask('checkers', {})
  try {
    const choice = checkerOfSettings(settings as SettingValues, listings)
    if (!choice) return settings
    const { parameters } = await trainer.ask('checker', choice)
    return { ...settings, checker_parameters: textsOfParameters(parameters) }
  } catch (thrown) {
    const { code, message } = problemOf(thrown)
    if (code !== 'bad-input') throw thrown
    throw new ProblemError({ code, message, where: 'setting checker_parameters' })
  }
}
