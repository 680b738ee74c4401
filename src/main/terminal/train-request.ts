// What `attune train` asks for: a run from a model, or a fork of another run, from its model or from one of its checkpoints.
import {
  forkRequest,
  MethodName,
  ProblemError,
  settingFromText,
  textsOfParameters,
  type CommandInput,
  type SettingValue,
} from '#contract'
import { checkerGiven } from './checker-parameters.ts'
import { assignments, required, UsageError, wholeNumber, type Arguments, type Terminal } from './grammar.ts'
import { runNamed, setOf } from './named.ts'

/** @throws UsageError when an option is missing or cannot be read, ProblemError when a run has no such name or checkpoint */
export async function trainRequest(terminal: Terminal, given: Arguments): Promise<CommandInput<'runs.start'>> {
  const { from, method: methodText, model, pairs, seed, name = null } = given.options
  const checker = await checkerGiven(terminal, given)
  const settings = {
    ...settingsOf(given),
    ...(checker && { checker: checker.name, checker_parameters: textsOfParameters(checker.parameters) }),
  }
  const method = methodText === undefined ? undefined : methodNamed(methodText)
  if (from === undefined)
    return {
      model: required(given, 'model'),
      set: await setOf(terminal, required(given, 'pairs')),
      method: method ?? 'dpo',
      settings,
      seed: wholeNumber(seed ?? '0', 'seed'),
      name,
    }
  const fork = forkRequest(...(await forkNamed(terminal, from, { change: settings, method })))
  return {
    ...fork,
    ...(model === undefined ? {} : { model }),
    ...(pairs === undefined ? {} : { set: await setOf(terminal, pairs) }),
    ...(seed === undefined ? {} : { seed: wholeNumber(seed, 'seed') }),
    name,
  }
}

/** RUN or RUN@STEP: without a step the newest checkpoint. */
async function forkNamed(
  terminal: Terminal,
  from: string,
  fork: { change: Record<string, SettingValue>; method?: MethodName },
): Promise<Parameters<typeof forkRequest>> {
  const at = from.lastIndexOf('@')
  const run = await runNamed(terminal, at < 0 ? from : from.slice(0, at))
  const step = at < 0 ? run.checkpoint : wholeNumber(from.slice(at + 1), 'from')
  if (step === null)
    throw new ProblemError({
      code: 'conflict',
      message: 'This run has no checkpoint to begin from',
      where: `run ${run.name}`,
      advice: 'Train it until its first checkpoint',
    })
  return [run, { ...fork, step }]
}

function methodNamed(text: string): MethodName {
  const found = MethodName.safeParse(text)
  if (found.success) return found.data
  throw new UsageError(`--method takes ${MethodName.options.join(', ')}, got ${JSON.stringify(text)}`)
}

function settingsOf(given: Arguments): Record<string, SettingValue> {
  const texts = assignments(given.lists.set, 'set')
  if (given.options.steps !== undefined) texts.steps = given.options.steps
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, settingFromText(key, text) as SettingValue]),
  )
}
