// Study: does it matter who wrote the answers? The four scenarios of Table 3 (arXiv 2406.07327), with source and quality separated.
import { cellText, type StudyTable } from '#contract'
import { armFigure, endTable, equalTable, examTable, intervalNote } from './arm-tables.ts'
import { endOf, gainsText, nats, overRuns, plain, sign } from './arm-numbers.ts'
import { armSteps, beforeSteps, examOf } from './arms.ts'
import { longForm, middleForm, shortForm } from './forms.ts'
import { ownPairs, ownPairsStep, partedSteps } from './preparing.ts'
import type { Arm, Facts, Findings, SideOf, Step, StudyKind, StudyPlanning } from './study.ts'

const arm = (name: string, on: string): Arm => ({ name, on, method: 'dpo', settings: { beta: 0.1 } })
const arms = [arm('S1', ownPairs), arm('S2', 'S2'), arm('S3', 'S3'), arm('S4', 'S4')]

export const distribution: StudyKind = {
  name: 'distribution',
  title: 'Who wrote the answers',
  question:
    "Does DPO do better on the model's own answers than on others' of the same quality, and do drop, degradation and dispersion follow the source?",
  others: false,
  forms: {
    short: { about: '28 questions, 4 steps', ...shortForm, arms },
    middle: { about: '500 questions, 40 steps of 8 pairs', ...middleForm, seeds: 3, arms },
    long: { about: '500 questions, 80 steps of 4 pairs', ...longForm, seeds: 3, arms },
  },
  steps(planning) {
    const exams = [examOf(planning, 'pairs')]
    return [
      ...partedSteps(planning, 'pairs'),
      ownPairsStep(planning),
      ...scenarioSteps(planning),
      ...beforeSteps(planning, exams),
      ...armSteps(planning, exams),
    ]
  },
  report,
}

/** S2 to S4 on exactly the questions of S1: both sides right and wrong by the same checker, the writer alone differs. */
function scenarioSteps({ named, sets: { pairs }, turns }: StudyPlanning): Step[] {
  const mixed = (name: string, chosen: string, rejected: string): Step => ({
    ...{
      key: name,
      title: `Put ${name} together`,
      work: { kind: 'none', amount: 0 },
      does: 'derive',
      into: named(name),
    },
    ...{ chosen: side(chosen, 'chosen'), rejected: side(rejected, 'rejected'), within: named(ownPairs) },
    ...{ skip: 0, take: null, turns },
  })
  const side = (set: string, of: SideOf['side']): SideOf => ({ set, side: of })
  const own = named(ownPairs)
  return [mixed('S2', pairs, own), mixed('S3', own, pairs), mixed('S4', pairs, pairs)]
}

function report(facts: Facts): Findings {
  return {
    how: [
      `The model answers each question several times; where a right and a wrong answer are among them they are the pair of S1 (both sides its own). S2 takes the right answer from somebody else, S3 the wrong one, S4 both. Questions, number of pairs and verdicts of the checker are the same in all four, so that only the writer differs. The names are those of the paper's Table 3.`,
      'The other writer is, for the starter model, a program with words of its own (starter/second-hand.ts); for other models whoever wrote the set that was given. How far off-policy an answer is stands in the first table: its log-probability under the model before tuning.',
      'The exam is questions of which no pair was made. All runs: DPO, beta 0.1.',
    ],
    findings: findings(facts),
    tables: [
      policyTable(facts),
      examTable(facts, 'The exam'),
      endTable(facts),
      equalTable(facts, 'kl'),
      equalTable(facts, 'heldoutMargin'),
    ],
    figures: [
      armFigure(facts, 'Chosen, training pairs', 'step', 'trainChosen'),
      armFigure(facts, 'Rejected, training pairs', 'step', 'trainRejected'),
      armFigure(facts, 'Chosen against KL', 'kl', 'trainChosen'),
    ],
  }
}

function policyTable(facts: Facts): StudyTable {
  const first = (of: Arm, measure: 'referenceChosen' | 'referenceRejected') =>
    nats(overRuns(facts, of, (points) => points[0]?.[measure]))
  return {
    title: 'How nearly the model would have written them',
    note: `Log-probability a token under the model before tuning, training probes. ${intervalNote(facts)}`,
    head: ['', 'chosen', 'rejected'],
    rows: facts.planning.form.arms.map((of) => [of.name, first(of, 'referenceChosen'), first(of, 'referenceRejected')]),
  }
}

function findings(facts: Facts): string[] {
  const all = facts.planning.form.arms
  const gains = gainsText(facts)
  const moved = all.map((of) => ({
    name: of.name,
    chosen: endOf(facts, of, 'trainChosen'),
    rejected: endOf(facts, of, 'trainRejected'),
  }))
  const named = (which: 'up' | 'down' | 'unclear') =>
    moved
      .filter(({ chosen }) => sign(chosen) === which)
      .map(({ name }) => name)
      .join(', ') || 'none'
  const each = (side: 'chosen' | 'rejected') =>
    moved.map(({ name, [side]: mean }) => `${name} ${cellText(plain(mean))}`).join(', ')
  if (gains === null) return []
  return [
    gains,
    // One run of each arm has no interval over seeds that would tell a fall from none.
    facts.planning.seeds === 1
      ? `Chosen answers at the end, nats a token: ${each('chosen')}.`
      : `Chosen answers at the end: fell in ${named('down')}; rose in ${named('up')}; not to be told from 0 in ${named('unclear')}.`,
    `Rejected answers, nats a token: ${each('rejected')}.`,
  ]
}
