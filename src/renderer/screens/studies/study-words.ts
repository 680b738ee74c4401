// How far a study is, in words and lights.
import { stepsDone, type Study, type StudyEstimate } from '#contract'
import { counted, duration } from '../../quantities.ts'

export const statusWords: Record<Study['status'], string> = {
  running: 'Running',
  stopped: 'Stopped',
  interrupted: 'Interrupted',
  failed: 'Failed',
  finished: 'Finished',
}

export const formWords: Record<Study['form'], string> = { short: 'Short', middle: 'Middle', long: 'Long' }

export const statusLights = {
  running: 'busy',
  stopped: 'waiting',
  interrupted: 'watch',
  failed: 'alarm',
  finished: 'steady',
} as const satisfies Record<Study['status'], string>

/** '7 of 20 steps' */
export function doneText(study: Pick<Study, 'steps'>): string {
  return `${stepsDone(study)} of ${counted(study.steps.length, 'step')}`
}

/** The words of a report with true minus signs: '-0.127 [-1, 2]' -> '−0.127 [−1, 2]', and a lone '-' as a dash. */
export function withMinus(text: string): string {
  return text === '-' ? '–' : text.replaceAll(/(?<![\w.)])-(?=\d)/g, '−')
}

/** 'Study 3, short, 1 seed, starter' */
export function studyName({ id, form, seeds, model }: Pick<Study, 'id' | 'form' | 'seeds' | 'model'>): string {
  return `Study ${id}, ${form}, ${counted(seeds, 'seed')}, ${model}`
}

/** '20 steps, about 3 min, by how long …', '7 of 20 steps are left, about 1 min, by how long …' */
export function estimateText({ steps, left, seconds, secondsFrom }: StudyEstimate): string {
  const time = seconds === null ? 'time unknown' : `about ${duration(seconds)}`
  const what =
    left < steps ? `${left} of ${counted(steps, 'step')} ${left === 1 ? 'is' : 'are'} left` : counted(steps, 'step')
  return `${what}, ${time}, by ${secondsFrom}.`
}
