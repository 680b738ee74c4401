// How long somebody waits for the first point of the curve.
import { appOn, temporaryHome } from '../bench-home.ts'
import { homeWithModel, startRun, stepTold } from '../bench-run.ts'
import type { Measured } from '../figures.ts'
import { forkStamped, now, type StampedEvent } from '../stamped-trainer.ts'

/**
 * Seconds from `runs.start` of the sample run (LoRA DPO) to the readings of its first step, in a home folder that never trained
 * and without a trainer process, by the milestones that the trainer tells on its way. What records a program counts where the
 * program first runs: the second step, which stands beside, shows what that is in the first. The run is then given up.
 */
export async function measureFirstStep(model: string): Promise<Measured> {
  const home = temporaryHome()
  await homeWithModel(home, model)
  const passed = new Map<string, number>()
  const { promise: twoSteps, resolve } = Promise.withResolvers<void>()
  const app = await appOn(home, () =>
    forkStamped((event) => {
      const milestone = milestoneOf(event)
      if (milestone && !passed.has(milestone)) passed.set(milestone, event.at)
      if (milestone === 'second step') resolve()
    }),
  )
  const from = now()
  await startRun(app, model)
  await twoSteps
  await app.close()
  const times = [...passed].map(([name, at], i, all) => ({
    name,
    at,
    seconds: (at - (all[i - 1]?.[1] ?? from)) / 1000,
  }))
  const first = times.find(({ name }) => name === 'first step')!
  return {
    figures: [
      { name: 'runs.start to the first step', unit: 's', value: (first.at - from) / 1000 },
      ...times.map(({ name, seconds }) => ({ name: `- ${name}`, unit: 's' as const, value: seconds })),
    ],
  }
}

/** The part of the way that an event ends, in the order of a run. */
function milestoneOf(event: StampedEvent): string | null {
  switch (event.name) {
    case 'doing':
      if (event.data.text.startsWith('opening')) return 'trainer process'
      if (event.data.text.startsWith('loading TensorFlow')) return 'model opened, pairs read'
      return event.data.text.startsWith('loading weights') ? 'TensorFlow loaded, precision chosen' : null
    case 'started':
      return 'weights loaded'
    case 'probed':
      return 'probes drawn, samples of the reference'
    case 'scored':
      return 'reference pass, probes scored'
    case 'sampled':
      return 'sample prompts answered'
    case 'read':
      return stepTold(event) === 0 ? 'first step' : stepTold(event) === 1 ? 'second step' : null
    default:
      return null
  }
}
