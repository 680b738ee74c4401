// What the readings say of the three properties (3D-Properties, section 3), in words. Pure: the same readings, the same sentence.
import {
  methods,
  readings as known,
  type Judgement,
  type PropertyName,
  type Reading,
  type ReadingName,
  type Run,
  type SettingValues,
} from '#contract'
import { adviceOf } from './alerts/changes.ts'
import { openCourse, type Course } from './alerts/course.ts'
import { moments } from './alerts/hysteresis.ts'
import { FASTER, limits, STILL } from './alerts/limits.ts'
import { ruleSaid } from './alerts/rules.ts'
import { inWords, percent, signedWords, times } from './judgement-words.ts'

/** The readings that judgements are made from. */
const judgedReadings = Object.keys(known).filter((name) => /^(drop|degradation|dispersion)\//.test(name))

/** The judgements of a run; a reward model has no likelihoods to judge. `read` gives its readings of these names. */
export function runJudgements(
  { method, settings, alone }: Pick<Run, 'method' | 'settings' | 'alone'>,
  read: (names: string[]) => readonly Reading[],
): Judgement[] {
  return methods[method].learns === 'rewards' ? [] : judgements(read(judgedReadings), settings, alone)
}

type Light = Judgement['light']
type Verdict = Pick<Judgement, 'sentence' | 'value'>
/** The readings of one probe step. */
type Probed = { step: number; value: (name: ReadingName) => number | null }

/** What the answers are called that shall gain, and those that shall lose: of pairs, or of answers alone. */
const sides = (alone: boolean) => (alone ? { up: 'good', down: 'bad' } : { up: 'chosen', down: 'rejected' })
type Sides = ReturnType<typeof sides>

/** The rule whose level is the light of a property: its limits, its cause and its next step. */
const ruleOf = { drop: 'drastic-drop', degradation: 'chosen-suppressed', dispersion: 'mass-to-unseen' } as const

/**
 * One judgement a property, from the newest probe. `settings` are the run's own: the advice changes them.
 * Until something was measured after step 0 the light is `waiting`.
 */
export function judgements(readings: readonly Reading[], settings: SettingValues = {}, alone = false): Judgement[] {
  const named = sides(alone)
  const probes = probesOf(readings)
  const course = openCourse(0)
  course.read(readings)
  return [
    judgement('drop', probes, { course, settings, alone }, (probed) => drop(probed, named)),
    judgement('degradation', probes, { course, settings, alone }, (probed) => degradation(probed, named)),
    judgement('dispersion', probes, { course, settings, alone }, dispersion),
  ]
}

function judgement(
  property: PropertyName,
  probes: readonly Probed[],
  { course, settings, alone }: { course: Course; settings: SettingValues; alone: boolean },
  judge: (probed: Probed) => Verdict | null,
): Judgement {
  const silent = { property, value: null, step: null, cause: null, advice: null }
  const newest = probes.at(-1)
  if (!newest || newest.step === 0)
    return { ...silent, light: 'waiting', sentence: 'Appears with the first probe after step 0.' }
  const verdict = judge(newest)
  if (!verdict) return { ...silent, light: 'waiting', sentence: 'Not measured: this run has no probes for it.' }
  const rule = ruleOf[property]
  const levels = new Map(moments(limits[rule], course).map(({ step, level }) => [step, level]))
  const lightAt = (step: number): Light => levels.get(step) ?? 'steady'
  const said = { property, ...verdict, step: newest.step, light: lightAt(newest.step) }
  if (said.light === 'steady') return { ...said, cause: null, advice: null }
  const steadyUntil = probes.findLast(
    (probed) => probed.step > 0 && judge(probed) && lightAt(probed.step) === 'steady',
  )?.step
  const { cause, next } = ruleSaid(rule, { alone })
  return { ...said, cause, advice: adviceOf(next, { settings, steadyUntil }) }
}

function drop(probed: Probed, { up, down }: Sides): Verdict | null {
  const change = probed.value('drop/train/rejected')
  if (change === null) return null
  const chosen = probed.value('degradation/train/chosen')
  const ratio = probed.value('drop/train/speed_ratio')
  const faster = probed.value('drop/train/fell_faster')
  const moved = Math.abs(change) >= STILL
  const compared =
    moved && ratio !== null && chosen !== null && Math.abs(chosen) >= STILL / 10
      ? `, ${times(ratio)} as much as the ${up} ${chosen < 0 ? 'lost' : 'gained'}${chosen < 0 && ratio < FASTER ? ': both fall together' : ''}`
      : ''
  const share =
    faster === null ? '' : `; in ${percent(faster)} of pairs the rejected fell further than the chosen moved`
  const sentence = moved
    ? `The ${down} answers ${inWords(change)}${compared}${share}.`
    : `The ${down} answers have hardly moved (${signedWords(change)})${share}.`
  return { sentence, value: change }
}

function degradation(probed: Probed, { up }: Sides): Verdict | null {
  const change = probed.value('degradation/train/chosen')
  if (change === null) return null
  const share = probed.value('degradation/train/share')
  const held = probed.value('degradation/heldout/share')
  const moved = Math.abs(change) >= STILL
  const start = moved
    ? `The ${up} answers ${inWords(change)}${change < 0 ? ', where they should gain' : ''}`
    : `The ${up} answers have hardly moved (${signedWords(change)})`
  const pairs =
    share === null ? '' : `; in ${percent(share)} of pairs they fell although their lead over the rejected grew`
  const unseen = held === null ? '' : `, on held-out pairs in ${percent(held)}`
  return { sentence: `${start}${pairs}${unseen}.`, value: change }
}

function dispersion(probed: Probed): Verdict | null {
  const others = probed.value('dispersion/other')
  const sampled = probed.value('dispersion/sampled')
  const value = others ?? sampled
  if (value === null) return null
  const parts = [
    others === null ? null : `Answers to other prompts ${moves(others)}`,
    sampled === null
      ? null
      : `${others === null ? 'The' : 'the'} model's own earlier answers ${moves(sampled)}${range(probed)}`,
  ].filter((part) => part !== null)
  return { sentence: `${parts.join('; ')}.`, value }
}

const moves = (change: number) =>
  Math.abs(change) < STILL ? `have hardly moved (${signedWords(change)})` : inWords(change)

function range(probed: Probed): string {
  const kl = probed.value('dispersion/kl')
  // An estimate from a few samples: near zero it may be negative, and means nothing.
  return kl === null || kl < 0.05 ? '' : `, a distance from the reference of ${kl.toFixed(2)} nats an answer (KL)`
}

/** The probe readings by step, in order; a step counts when any property was measured at it. */
function probesOf(readings: readonly Reading[]): Probed[] {
  const steps = new Map<number, Map<string, number>>()
  for (const { step, name, value } of readings) {
    if (!judgedReadings.includes(name)) continue
    const known = steps.get(step) ?? new Map<string, number>()
    steps.set(step, known.set(name, value))
  }
  return [...steps]
    .toSorted(([a], [b]) => a - b)
    .map(([step, values]) => ({ step, value: (name) => finite(values.get(name)) }))
}

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null)
