// Study: what do the paper's remedies buy? Flex-DPO and SFT-DPO (arXiv 2406.07327, section 3.3) beside DPOP, DPO + NLL and plain DPO at a lower beta.
import { cellText } from '#contract'
import { armFigure, endTable, equalTable, examTable, levelOf } from './arm-tables.ts'
import { gainsText, nats, overRuns, wasRun } from './arm-numbers.ts'
import { armSteps, beforeSteps, examOf } from './arms.ts'
import { longForm, middleForm, shortForm } from './forms.ts'
import { atLevel } from './interpolation.ts'
import { ownPairs, ownPairsStep, partedSteps } from './preparing.ts'
import type { Arm, Facts, Findings, StudyKind } from './study.ts'

const dpo = (beta: number): Arm => ({ name: `DPO ${beta}`, method: 'dpo', settings: { beta }, on: ownPairs })
const flex = (minus: number): Arm => ({
  ...{ name: `Flex ${minus}`, method: 'flex-dpo', on: ownPairs },
  settings: { beta_plus: 0.1, beta_minus: minus },
})
const sft = (gamma: number): Arm => ({
  name: `SFT ${gamma}`,
  method: 'sft-dpo',
  settings: { beta: 0.1, gamma },
  on: ownPairs,
})
const dpop: Arm = { name: 'DPOP', method: 'dpop', settings: { beta: 0.1, dpop_lambda: 50 }, on: ownPairs }
const nll: Arm = { name: 'DPO + NLL', method: 'rpo', settings: { beta: 0.1, nll_weight: 1 }, on: ownPairs }

/** Flex-DPO at the paper's five values of its Figure 4, of which 0.1 is DPO itself (a test of the losses), and the other remedies. */
const arms = [
  ...[dpo(0.1), flex(0.01), flex(0.05), flex(0.08), flex(0.15), dpo(0.01), dpo(0.05)],
  ...[sft(0.01), sft(0.1), dpop, nll],
]

export const regularisers: StudyKind = {
  name: 'regularisers',
  title: 'What the remedies buy',
  question:
    'Do Flex-DPO, SFT-DPO, DPOP and DPO + NLL hold the chosen answer up at the same distance from the model before, or do they only move less?',
  others: false,
  forms: {
    short: {
      ...{ about: '28 questions, 4 steps, 3 arms', ...shortForm },
      arms: [dpo(0.1), flex(0.05), nll],
    },
    middle: { about: '500 questions, 40 steps of 8 pairs, 11 arms', ...middleForm, seeds: 2, arms },
    // Half as many steps as other studies take, so that the arms fit into a night.
    long: {
      ...{ about: '500 questions, 40 steps of 4 pairs, 11 arms', ...longForm, seeds: 1, arms },
      train: { ...longForm.train, steps: 40 },
    },
  },
  steps(planning) {
    const exams = [examOf(planning, 'pairs')]
    return [
      ...partedSteps(planning, 'pairs'),
      ownPairsStep(planning),
      ...beforeSteps(planning, exams),
      ...armSteps(planning, exams),
    ]
  },
  report,
}

function report(facts: Facts): Findings {
  return {
    how: [
      "All arms train on the same pairs of the model's own answers (S1), with the same seeds, steps and rate; only the loss differs. Flex's number is the beta of rejected, its beta of chosen is 0.1; DPO's is its beta; SFT's is gamma.",
      'A weaker loss moves less in the same number of steps, and everything looks milder then. So the arms are compared three times: at the last step, where they have come equally far from the model before (KL), and where they have pulled the held-out answers equally far apart (margin). At equal KL and margin a number is read off on the line between two probes of the run.',
    ],
    findings: findings(facts),
    tables: [
      examTable(facts, 'The exam'),
      endTable(facts),
      equalTable(facts, 'kl'),
      equalTable(facts, 'heldoutMargin'),
    ],
    figures: [
      armFigure(facts, 'Held-out chosen against KL', 'kl', 'heldoutChosen'),
      armFigure(facts, 'Held-out rejected against KL', 'kl', 'heldoutRejected'),
      armFigure(facts, 'Held-out chosen against margin', 'heldoutMargin', 'heldoutChosen'),
    ],
  }
}

function findings(facts: Facts): string[] {
  const level = levelOf(facts, 'heldoutMargin')
  const gains = gainsText(facts)
  if (gains === null || level === null) return []
  const run = facts.planning.form.arms.filter((arm) => wasRun(facts, arm))
  const chosen = run.map((arm) => ({
    name: arm.name,
    at: overRuns(facts, arm, (points) => atLevel(points, 'heldoutMargin', level, 'heldoutChosen')),
  }))
  const there = chosen.filter(({ at }) => at.mean !== null).toSorted((a, b) => b.at.mean! - a.at.mean!)
  const missing = chosen.filter(({ at }) => at.mean === null).map(({ name }) => name)
  return [
    gains,
    `Held-out chosen at equal margin, nats a token: ${there.map(({ name, at }) => `${name} ${cellText(nats(at))}`).join(', ')}${missing.length > 0 ? `; ${missing.join(', ')} never came that far` : ''}.`,
  ]
}
