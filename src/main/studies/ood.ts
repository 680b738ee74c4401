// Study: what does tuning on one domain do to another? Arithmetic to instructions and back, in likelihood, KL and task score.
import { cellText, type Mean, type StudyTable } from '#contract'
import { endTable, intervalNote } from './arm-tables.ts'
import { endOf, gain, nats, passRate, percent, plain, points } from './arm-numbers.ts'
import { armSteps, before, beforeSteps, examKey, examOf } from './arms.ts'
import { longForm, middleForm, shortForm } from './forms.ts'
import { ownPairs, ownPairsStep, partedSteps } from './preparing.ts'
import { overSeeds, seedsOf } from './seeds.ts'
import type { Arm, Domain, Facts, Findings, StudyKind } from './study.ts'

const arms: Arm[] = [
  { name: 'on arithmetic', method: 'dpo', settings: { beta: 0.1 }, on: ownPairs },
  {
    name: 'on arithmetic, Flex',
    method: 'flex-dpo',
    settings: { beta_plus: 0.1, beta_minus: 0.08 },
    on: ownPairs,
  },
  { name: 'on instructions', method: 'dpo', settings: { beta: 0.1 }, on: 'instructions pool' },
]
const domains: readonly Domain[] = ['arithmetic', 'instructions']

export const ood: StudyKind = {
  name: 'ood',
  title: 'What one domain does to another',
  question: 'After tuning on arithmetic, how are instructions answered, and after tuning on instructions, arithmetic?',
  others: true,
  forms: {
    short: {
      ...{ about: '28 questions, 4 steps', ...shortForm },
      arms: arms.filter(({ method }) => method === 'dpo'),
    },
    middle: {
      ...{ about: '500 and 140 questions, 40 steps of 8 pairs', ...middleForm, seeds: 3 },
      train: { ...middleForm.train, heldout_pairs: 24 },
      arms,
    },
    long: { about: '500 and 200 questions, 80 steps of 4 pairs', ...longForm, seeds: 1, arms },
  },
  steps(planning) {
    const exams = domains.map((domain) => examOf(planning, domain, domain))
    return [
      ...domains.flatMap((domain) => partedSteps(planning, domain)),
      ownPairsStep(planning),
      ...beforeSteps(planning, exams),
      ...armSteps(planning, exams),
    ]
  },
  report,
}

/** Change of a side's log-probability a token on an exam's pairs, against the model before; over seeds. */
function moved(facts: Facts, arm: string, exam: Domain, side: 'chosen' | 'rejected'): Mean {
  const start = facts.figures(examKey(before, 0, exam))?.pairs?.[side].mean
  return overSeeds(
    seedsOf(facts.planning).map((seed) => {
      const end = facts.figures(examKey(arm, seed, exam))?.pairs?.[side].mean
      return typeof start === 'number' && typeof end === 'number' ? end - start : null
    }),
  )
}

function table(facts: Facts, exam: Domain): StudyTable {
  return {
    title: `On ${exam}`,
    note: `Share of exam questions whose greedy answer the checker passes, and how the right and the wrong answers of the exam moved, nats a token. KL is on the domain that was trained. ${intervalNote(facts)}`,
    head: ['', 'right', 'against before, points', 'right answers', 'wrong answers', 'KL where trained'],
    rows: [
      [before, percent(passRate(facts, before, exam)), '-', '-', '-', '-'],
      ...facts.planning.form.arms.map((arm) => [
        ...[arm.name, percent(passRate(facts, arm.name, exam)), points(gain(facts, arm.name, exam))],
        ...[nats(moved(facts, arm.name, exam, 'chosen')), nats(moved(facts, arm.name, exam, 'rejected'))],
        plain(endOf(facts, arm, 'kl')),
      ]),
    ],
  }
}

function report(facts: Facts): Findings {
  const away = (arm: string, exam: Domain) => {
    const points = gain(facts, arm, exam)
    if (points.mean === null) return []
    return [
      `${arm}: ${exam} ${cellText(percent(points))} points; right answers there ${cellText(nats(moved(facts, arm, exam, 'chosen')))} nats a token.`,
    ]
  }
  return {
    how: [
      "Tuned on pairs of the model's own answers to arithmetic, or on instructions with a right and a wrong answer each (written by a program for the starter, which itself answers nearly all of them right), and examined on both.",
      'Where the model before answers nearly everything right, what the right answers lose in log-probability is nearly its KL there.',
    ],
    findings: [
      ...away('on arithmetic', 'instructions'),
      ...away('on arithmetic, Flex', 'instructions'),
      ...away('on instructions', 'arithmetic'),
    ],
    tables: [...domains.map((domain) => table(facts, domain)), endTable(facts)],
    figures: [],
  }
}
