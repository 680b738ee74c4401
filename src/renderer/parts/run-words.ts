// A run's state in words and as a light, the same in the list and on its page.
import { isOver, methods, type Run, type RunStatus } from '#contract'
import { counted } from '../quantities.ts'

export const statusWords: Record<RunStatus, string> = {
  queued: 'Waiting',
  preparing: 'Preparing',
  running: 'Training',
  stopping: 'Stopping',
  stopped: 'Stopped',
  finished: 'Finished',
  interrupted: 'Interrupted',
  failed: 'Failed',
}

export const statusLights: Record<RunStatus, 'waiting' | 'busy' | 'steady' | 'watch' | 'alarm'> = {
  queued: 'waiting',
  preparing: 'busy',
  running: 'busy',
  stopping: 'busy',
  stopped: 'waiting',
  finished: 'steady',
  interrupted: 'watch',
  failed: 'alarm',
}

/** '1 alarm and 2 watches stand'; empty where no alert does. */
export function standing({ alerts: { alarm, watch } }: Pick<Run, 'alerts'>): string {
  const parts = [
    alarm > 0 ? counted(alarm, 'alarm') : null,
    watch > 0 ? counted(watch, 'watch', 'watches') : null,
  ].filter((part) => part !== null)
  if (parts.length === 0) return ''
  return `${parts.join(' and ')} ${alarm + watch === 1 ? 'stands' : 'stand'}`
}

type Stands = Pick<Run, 'status'>

/** A run that changes by itself. */
export const isBusy = ({ status }: Stands) => !isOver(status)
export const canStop = ({ status }: Stands) => ['queued', 'preparing', 'running'].includes(status)
export const canResume = ({ status }: Stands) => status === 'stopped' || status === 'interrupted'
/** Whether it has left something that answers: a checkpoint, and not of a reward model. */
export const hasAnswers = ({ checkpoint, method }: Pick<Run, 'checkpoint' | 'method'>) =>
  checkpoint !== null && methods[method].learns !== 'rewards'
/** The same of a run that changes no more. */
export const canEvaluate = (run: Pick<Run, 'checkpoint' | 'status' | 'method'>) => hasAnswers(run) && isOver(run.status)
