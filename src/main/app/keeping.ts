// Asks the trainer for what is kept as it is made: readings of a run, sampled pairs, measures.
import type { JobName, Jobs } from '../trainer/protocol.ts'
import type { AskOptions, Trainer, TrainerEvent } from './trainer.ts'

type Keeping = Pick<AskOptions, 'known'> & { keep: (event: TrainerEvent) => void; signal: AbortSignal }

/**
 * As `Trainer.ask`, with every event handed to `keep`. What cannot be kept must not go on being made: what `keep` throws ends the job and is
 * what this rejects with, and nothing that is told after it is kept.
 */
export async function askKeeping<N extends JobName>(
  trainer: Trainer,
  name: N,
  input: Jobs[N]['in'],
  { keep, known, signal }: Keeping,
): Promise<Jobs[N]['out']> {
  const ended = new AbortController()
  let broken: unknown = null
  const onEvent = (event: TrainerEvent) => {
    if (broken) return
    try {
      keep(event)
    } catch (thrown) {
      broken = thrown
      ended.abort()
    }
  }
  try {
    const out = await trainer.ask(name, input, { onEvent, known, signal: AbortSignal.any([signal, ended.signal]) })
    if (!broken) return out
  } catch (thrown) {
    throw broken ?? thrown
  }
  throw broken
}
