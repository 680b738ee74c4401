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
import { inWords, percent, signedWords, times } from './judgement-words.ts'

/** Changes smaller than this, in nats per token, count as standing still. */
export const STILL = 0.02

/** Rejected falls fast: `fall` nats per token or more, and `ratio` times as far as the chosen moved. */
export const DROP = { watch: { fall: 0.1, ratio: 2 }, alarm: { fall: 0.5, ratio: 4 } }

/** Chosen falls: by `fall` nats per token or more, or in more than `share` of the pairs although their margin grew. */
export const DEGRADATION = { watch: { fall: 0.05, share: 0.3 }, alarm: { fall: 0.25, share: 0.6 } }

/**
 * Likelihood moves to unseen answers: other prompts' answers gain `gain` nats per token while the chosen do not gain,
 * or the reference's own answers lose `loss` nats per token.
 */
export const DISPERSION = { watch: { gain: 0.05, loss: 0.25 }, alarm: { gain: 0.25, loss: 1 } }

/** The readings that judgements are made from. */
const judgedReadings = Object.keys(known).filter((name) => /^(drop|degradation|dispersion)\//.test(name))

/** The judgements of a run; a reward model has no likelihoods to judge. `read` gives its readings of these names. */
export function runJudgements(
  { method, settings }: Pick<Run, 'method' | 'settings'>,
  read: (names: string[]) => readonly Reading[],
): Judgement[] {
  return methods[method].learns === 'rewards' ? [] : judgements(read(judgedReadings), settings)
}

type Light = Judgement['light']
type Verdict = Pick<Judgement, 'light' | 'sentence' | 'value' | 'step'>
/** The readings of one probe step. */
type Probed = { step: number; value: (name: ReadingName) => number | null }

/**
 * One judgement a property, from the newest probe. `settings` are the run's own: the advice changes them.
 * Until something was measured after step 0 the light is `waiting`.
 */
export function judgements(readings: readonly Reading[], settings: SettingValues = {}): Judgement[] {
  const probes = probesOf(readings)
  return [
    judgement('drop', probes, settings, drop),
    judgement('degradation', probes, settings, degradation),
    judgement('dispersion', probes, settings, dispersion),
  ]
}

function judgement(
  property: PropertyName,
  probes: readonly Probed[],
  settings: SettingValues,
  judge: (probed: Probed) => Verdict | null,
): Judgement {
  const silent = { property, value: null, step: null, cause: null, advice: null }
  const newest = probes.at(-1)
  if (!newest || newest.step === 0)
    return { ...silent, light: 'waiting', sentence: 'Appears with the first probe after step 0.' }
  const verdict = judge(newest)
  if (!verdict) return { ...silent, light: 'waiting', sentence: 'Not measured: this run has no probes for it.' }
  if (verdict.light === 'steady') return { property, ...verdict, cause: null, advice: null }
  const steadyUntil = probes.findLast((probed) => probed.step > 0 && judge(probed)?.light === 'steady')?.step
  return { property, ...verdict, cause: causes[property], advice: adviceFor(property, settings, steadyUntil) }
}

function drop(probed: Probed): Verdict | null {
  const change = probed.value('drop/train/rejected')
  if (change === null) return null
  const chosen = probed.value('degradation/train/chosen')
  const ratio = probed.value('drop/train/speed_ratio')
  const faster = probed.value('drop/train/fell_faster')
  const past = ({ fall, ratio: limit }: { fall: number; ratio: number }) =>
    change <= -fall && (ratio === null || ratio >= limit)
  const moved = Math.abs(change) >= STILL
  const compared =
    moved && ratio !== null && chosen !== null && Math.abs(chosen) >= STILL / 10
      ? `, ${times(ratio)} as much as the chosen ${chosen < 0 ? 'lost' : 'gained'}`
      : ''
  const share =
    faster === null ? '' : `; in ${percent(faster)} of pairs the rejected fell further than the chosen moved`
  const sentence = moved
    ? `The rejected answers ${inWords(change)}${compared}${share}.`
    : `The rejected answers have hardly moved (${signedWords(change)})${share}.`
  return { light: light(past(DROP.alarm), past(DROP.watch)), sentence, value: change, step: probed.step }
}

function degradation(probed: Probed): Verdict | null {
  const change = probed.value('degradation/train/chosen')
  if (change === null) return null
  const share = probed.value('degradation/train/share')
  const held = probed.value('degradation/heldout/share')
  const past = ({ fall, share: limit }: { fall: number; share: number }) =>
    change <= -fall || (share !== null && share > limit && change <= -STILL)
  const alarmed = change <= -DEGRADATION.alarm.fall && (share === null || share > DEGRADATION.watch.share)
  const moved = Math.abs(change) >= STILL
  const start = moved
    ? `The chosen answers ${inWords(change)}${change < 0 ? ', where they should gain' : ''}`
    : `The chosen answers have hardly moved (${signedWords(change)})`
  const pairs =
    share === null ? '' : `; in ${percent(share)} of pairs they fell although their lead over the rejected grew`
  const unseen = held === null ? '' : `, on held-out pairs in ${percent(held)}`
  return {
    light: light(alarmed || (past(DEGRADATION.alarm) && past(DEGRADATION.watch)), past(DEGRADATION.watch)),
    sentence: `${start}${pairs}${unseen}.`,
    value: change,
    step: probed.step,
  }
}

function dispersion(probed: Probed): Verdict | null {
  const others = probed.value('dispersion/other')
  const sampled = probed.value('dispersion/sampled')
  const value = others ?? sampled
  if (value === null) return null
  const chosen = probed.value('degradation/train/chosen')
  const chosenGains = chosen !== null && chosen >= STILL
  const past = ({ gain, loss }: { gain: number; loss: number }) =>
    (others !== null && others >= gain && !chosenGains) || (sampled !== null && sampled <= -loss)
  const parts = [
    others === null ? null : `Answers to other prompts ${moves(others)}`,
    sampled === null
      ? null
      : `${others === null ? 'The' : 'the'} model's own earlier answers ${moves(sampled)}${range(probed)}`,
  ].filter((part) => part !== null)
  return {
    light: light(past(DISPERSION.alarm), past(DISPERSION.watch)),
    sentence: `${parts.join('; ')}.`,
    value,
    step: probed.step,
  }
}

const moves = (change: number) =>
  Math.abs(change) < STILL ? `have hardly moved (${signedWords(change)})` : inWords(change)

function range(probed: Probed): string {
  const kl = probed.value('dispersion/kl')
  // An estimate from a few samples: near zero it may be negative, and means nothing.
  return kl === null || kl < 0.05 ? '' : `, a distance from the reference of ${kl.toFixed(2)} nats an answer (KL)`
}

const light = (alarm: boolean, watch: boolean): Light => (alarm ? 'alarm' : watch ? 'watch' : 'steady')

const causes: Record<PropertyName, string> = {
  drop: 'The loss rewards distance between the two answers, and pushing the rejected one down is the shorter way. Large steps make it worse.',
  degradation:
    'Chosen and rejected answers share much of their text, so that pushing one down can pull the other along. It usually grows with step size and number of steps.',
  dispersion:
    'What the trained answers lose goes to answers that the pairs do not contain. It usually follows when the policy has moved far from the reference.',
}

function adviceFor(property: PropertyName, settings: SettingValues, steadyUntil: number | undefined) {
  const rate = settings.learning_rate
  const beta = settings.beta
  const change: SettingValues = {}
  const words: string[] = []
  if (property !== 'degradation' && typeof rate === 'number' && rate > 0) {
    change.learning_rate = oneDigit(rate / 3)
    words.push(`a lower learning rate (${change.learning_rate} instead of ${rate})`)
  }
  if (property !== 'drop' && typeof beta === 'number' && beta > 0) {
    change.beta = Math.min(100, oneDigit(beta * 3))
    words.push(`a higher beta (${change.beta} instead of ${beta}), which holds the policy closer to the reference`)
  }
  if (property === 'degradation' && steadyUntil !== undefined) {
    change.steps = steadyUntil
    words.push(`${steadyUntil} steps, as it was steady until there`)
  }
  return words.length === 0 ? null : { text: `Try ${words.join(', and ')}.`, settings: change }
}

function oneDigit(value: number): number {
  return Number(value.toPrecision(1))
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
