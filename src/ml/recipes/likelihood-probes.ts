// What is measured of a policy along its run: the frozen probes, scored against the reference.
import type { RewardOf } from '../diagnostics/score.ts'
import type { DpoRun } from './dpo-run.ts'
import { trainedShapes } from './dpo-state.ts'
import type { DpoEvent } from './events.ts'
import { geometryPrograms, measuredGeometry } from './geometry.ts'
import type { RunPlan } from './plan.ts'
import { probeUnit, type NamedUnit, type RunProbe } from './probes.ts'
import { frozenProbes, probeScores, type ProbeReference } from './probing.ts'
import type { UnitProgram } from './programs.ts'
import { referencePass, type Reference, type ReferenceScores } from './reference.ts'
import { missingStates, referenceStates } from './reference-states.ts'
import { adapterSettings } from './settings.ts'

/** Whose next-token distributions are compared with the reference's over the whole vocabulary: the wanted answers, and what the reference says itself. */
const comparedKinds: ReadonlySet<RunProbe['kind']> = new Set(['train', 'sampled'])

/** The probes of a run with their reference; `reward` is what margins are told in. `prepare` comes before `measure`. */
export function likelihoodProbes(
  run: DpoRun,
  plan: RunPlan,
  programs: { policy: UnitProgram; reference: UnitProgram },
  reward: RewardOf,
) {
  const { executor, config, settings } = run
  const from = run.resume?.step ?? 0
  const byId = new Map([...(run.outOfDomain ?? []), ...run.pairs].map((pair) => [pair.id, pair]))
  const gradients = geometryPrograms(config, {
    lora: adapterSettings(config, settings),
    // Of log pi: a scalar head is no part of it.
    shapes: trainedShapes(config, settings),
    again: settings.recompute,
  })
  let probed: (NamedUnit & { probe: RunProbe })[] = []
  let reference: ProbeReference = { logps: () => NaN, states: referenceStates([]) }
  let answered: readonly number[][] | null = null
  let passed: ReferenceScores | undefined
  return {
    /** Chooses the probes of a new run, tells them, and runs the reference over them and `texts`. Returns the reference of all these. */
    async *prepare(untouched: boolean, texts: readonly NamedUnit[]): AsyncGenerator<DpoEvent, Reference> {
      let probes = run.resume?.probes ?? run.begin?.probes
      if (!probes) {
        const frozen = yield* frozenProbes(run, plan, untouched)
        probes = frozen.probes
        answered = frozen.answers
      }
      yield { kind: 'probed', probes }
      probed = probes.map((probe) => ({ probe, ...probeUnit(probe, byId) }))
      // A fresh adapter changes nothing: the policy's program then does for both, and one less has to be recorded.
      const program = untouched ? programs.policy : programs.reference
      const compared = probed.filter(({ probe, mark }) => comparedKinds.has(probe.kind) && mark !== 'bad')
      const states = referenceStates(compared)
      const found = yield* referencePass(
        executor,
        settings.tuning === 'full' && from > 0 ? null : program,
        [...texts, ...probed],
        run.reference,
        states,
      )
      // Else the first probing tells them, of the policy that is the reference still.
      if (run.resume || run.begin) yield* missingStates(executor, program, compared, states)
      reference = { logps: found.reference, states }
      // Before any update the policy is the reference, whose pass has just run most of the probes, unless it begins with other weights.
      passed = untouched && !run.begin ? found.scores : undefined
      return reference.logps
    },

    firstAnswers: () => answered,

    measure: (step: number) =>
      probeScores(
        executor,
        { policy: programs.policy, reward },
        probed,
        reference,
        step,
        step === 0 ? passed : undefined,
      ),

    /** Of the first training probes, as many as `geometry_pairs`. */
    geometry(step: number) {
      const pairs = probed.filter(({ probe }) => probe.kind === 'train').slice(0, settings.geometry_pairs)
      return measuredGeometry(executor, gradients, pairs, step)
    },
  }
}
