// The tables that compare arms: at the exam, at the end, and where they have come equally far.
import type { StudyFigure, StudyTable } from '#contract'
import {
  answerLength,
  endOf,
  gain,
  lineOf,
  overRuns,
  passRate,
  percent,
  plain,
  points,
  unended,
  wasRun,
} from './arm-numbers.ts'
import { before } from './arms.ts'
import { atLevel } from './interpolation.ts'
import type { Facts } from './study.ts'
import type { Measure } from './trajectory.ts'

/** How intervals are to be read, said once for all tables. */
export function intervalNote({ planning: { seeds } }: Facts): string {
  return seeds > 1
    ? `Mean over ${seeds} seeds with the 95 % interval of Student's t; a seed draws the adapter, the order of pairs and those held out, not the pairs themselves.`
    : 'One seed: intervals are over questions or absent.'
}

/** The exam of all arms, the model as it was first. */
export function examTable(facts: Facts, title: string, exam = 'exam'): StudyTable {
  const row = (name: string) => [
    ...[name, percent(passRate(facts, name, exam)), name === before ? '-' : points(gain(facts, name, exam))],
    ...[plain(answerLength(facts, name, exam)), percent(unended(facts, name, exam))],
  ]
  return {
    title,
    note: `Share of questions whose greedy answer the checker passes, and how long the answers are: one that is cut at the limit, or says little, may pass or fail for that alone. ${intervalNote(facts)} Before: Wilson's interval over questions.`,
    head: ['', 'right', 'against before, points', 'tokens an answer', 'did not end'],
    rows: [before, ...facts.planning.form.arms.map(({ name }) => name)].map(row),
  }
}

const told: readonly [head: string, measure: Measure, as: 'nats' | 'percent' | 'plain'][] = [
  ['chosen', 'trainChosen', 'nats'],
  ['rejected', 'trainRejected', 'nats'],
  ['chosen, held out', 'heldoutChosen', 'nats'],
  ['rejected, held out', 'heldoutRejected', 'nats'],
  ['chosen fell, margin grew', 'heldoutSuppressed', 'percent'],
  ["others' answers", 'other', 'nats'],
  ['own earlier answers', 'sampled', 'nats'],
  ['KL', 'kl', 'plain'],
  ['margin, held out', 'heldoutMargin', 'plain'],
  ['accuracy, held out', 'heldoutAccuracy', 'percent'],
]

/** What the probes tell at the last step. */
export function endTable(facts: Facts): StudyTable {
  return {
    title: 'Likelihoods at the last step',
    note: `Changes against the model as it was, nats per token; KL and margin (log-ratio of chosen less that of rejected, without beta) in nats a response. ${intervalNote(facts)}`,
    head: ['', ...told.map(([head]) => head)],
    rows: facts.planning.form.arms.map((arm) => [
      arm.name,
      ...told.map(([, measure, as]) => ({ ...endOf(facts, arm, measure), as })),
    ]),
  }
}

/** Half of how far the first arm comes by its end: most arms get there. Null while nothing of it is known. */
export function levelOf(facts: Facts, along: Measure): number | null {
  const end = endOf(facts, facts.planning.form.arms[0]!, along).mean
  return end === null || !(end > 0) ? null : end / 2
}

/** What the probes tell where a run first reaches the level, read off between two probes; `seeds` says how many of them got there. */
export function equalTable(facts: Facts, along: 'kl' | 'heldoutMargin'): StudyTable {
  const level = levelOf(facts, along)
  const what = along === 'kl' ? 'KL from the model as it was' : 'held-out margin'
  const measures = told.filter(([, measure]) => measure !== along)
  return {
    title: `Likelihoods at equal ${along === 'kl' ? 'KL' : 'margin'}`,
    note:
      level === null
        ? `The first arm has not moved, so there is no ${what} to compare at.`
        : `Each run where its ${what} first reaches ${level.toPrecision(3)} nats a response, half of where ${facts.planning.form.arms[0]!.name} ends, on the line between two probes; an arm that never gets there has no numbers. ${intervalNote(facts)}`,
    head: ['', 'seeds there', 'step', ...measures.map(([head]) => head)],
    rows: facts.planning.form.arms.map((arm) => {
      const at = (measure: Measure | 'step') =>
        overRuns(facts, arm, (path) => (level === null ? null : atLevel(path, along, level, measure)))
      return [
        ...[arm.name, wasRun(facts, arm) ? String(at('step').of) : 'not run yet', plain(at('step'))],
        ...measures.map(([, measure, as]) => ({ ...at(measure), as })),
      ]
    }),
  }
}

/** A measure of all arms along another. */
export function armFigure(facts: Facts, title: string, x: Measure | 'step', y: Measure): StudyFigure {
  return {
    title,
    x: axes[x] ?? x,
    y: axes[y] ?? y,
    lines: facts.planning.form.arms.map((arm) => lineOf(facts, arm, x, y)),
  }
}

const axes: Partial<Record<Measure | 'step', string>> = {
  step: 'step',
  kl: 'KL, nats a response',
  heldoutMargin: 'held-out margin, nats a response',
  trainChosen: 'chosen, nats a token',
  trainRejected: 'rejected, nats a token',
  heldoutChosen: 'chosen held out, nats a token',
  heldoutRejected: 'rejected held out, nats a token',
  other: "others' answers, nats a token",
}
