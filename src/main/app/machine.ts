// What the app tells of itself and of the machine it runs on.
import type { Handlers } from '#contract'
import type { AppContext } from './context.ts'
import { machineReport } from './doctor.ts'
import { doctorFindings } from './findings.ts'

/** Handlers of app.info and app.doctor. */
export function machineHandlers(context: AppContext): Pick<Handlers, 'app.info' | 'app.doctor'> {
  const { board, home, store, trainer, version } = context
  let lastSaved: string | null = null
  board.listen((event) => {
    if (event.name === 'app.changed') lastSaved = event.data.lastSaved
  })
  return {
    'app.info': () => ({
      version,
      home,
      development: process.env.NODE_ENV === 'development',
      trainer: trainer.state,
      device: trainer.machine?.device ?? null,
      lastSaved,
    }),
    'app.doctor': async () => {
      const machine = await trainer.ask('machine', {})
      const runtime = { tensorflow: machine.tensorflow, backend: machine.backend }
      const report = await machineReport({ sqlite: store.sqliteVersion, runtime })
      return {
        findings: doctorFindings(report),
        tensorflow: machine.tensorflow,
        backend: machine.backend,
        device: machine.device,
      }
    },
  }
}
