// What the app tells of itself and of the machine it runs on.
import type { Handlers } from '#contract'
import type { AppContext } from './context.ts'
import { machineReport } from './doctor.ts'
import { doctorFindings } from './findings.ts'
import type { Saved } from './saved.ts'

/** Handlers of app.info and app.doctor. */
export function machineHandlers(context: AppContext, saved: Saved): Pick<Handlers, 'app.info' | 'app.doctor'> {
  const { home, store, trainer, version } = context
  return {
    'app.info': () => ({
      version,
      home,
      development: process.env.NODE_ENV === 'development',
      trainer: trainer.state,
      device: trainer.machine?.device ?? null,
      lastSaved: saved.last(),
    }),
    'app.doctor': async () => {
      // The doctor is asked when something is wrong: a trainer that does not start must not silence it.
      const machine = await trainer.ask('machine', {}).catch(() => null)
      const report = await machineReport({ sqlite: store.sqliteVersion, runtime: machine ?? undefined })
      return {
        findings: doctorFindings(report),
        tensorflow: machine?.tensorflow ?? 'the trainer did not start',
        backend: machine?.backend ?? 'none',
        device: machine?.device ?? 'none',
      }
    },
  }
}
