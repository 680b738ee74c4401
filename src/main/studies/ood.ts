// Study: what does tuning on one domain do to another, and back? In likelihood, KL and task score.
import { cellText, type Mean, type StudyTable } from '#contract'
import { endTable, intervalNote } from './arm-tables.ts'
import { endOf, gain, nats, passRate, percent, plain, points } from './arm-numbers.ts'
import { armSteps, before, beforeSteps, examKey, examOf } from './arms.ts'
import { longForm, middleForm, shortForm } from './forms.ts'
import { othersPool, ownPairs, ownPairsStep, partedSteps } from './preparing.ts'
import { overSeeds, seedsOf } from './seeds.ts'
import type { Arm, Domain, Facts, Findings, StudyKind } from './study.ts'

const arms: Arm[] = [
  { name: 'DPO', domain: 'pairs', method: 'dpo', settings: { beta: 0.1 }, on: ownPairs },
  {
    ...{ name: 'Flex-DPO', domain: 'pairs', method: 'flex-dpo', on: ownPairs },
    settings: { beta_plus: 0.1, beta_minus: 0.08 },
  },
  { name: 'DPO', domain: 'others', method: 'dpo', settings: { beta: 0.1 }, on: othersPool },
]
const domains: readonly Domain[] = ['pairs', 'others']

export const ood: StudyKind = {
  name: 'ood',
  title: 'What one domain does to another',
  question: 'After tuning on questions of one kind, how are those of another answered, and the other way round?',
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
    title: `On ${facts.planning.called[exam]}`,
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
  const { called, form } = facts.planning
  const away = ({ name, domain }: Arm) => {
    const exam = domain === 'pairs' ? 'others' : 'pairs'
    const points = gain(facts, name, exam)
    if (points.mean === null) return []
    return [
      `${name}: ${called[exam]} ${cellText(percent(points))} points; right answers there ${cellText(nats(moved(facts, name, exam, 'chosen')))} nats a token.`,
    ]
  }
  return {
    how: [
      `Tuned on pairs of the model's own answers to ${called.pairs}, or on ${called.others} with a right and a wrong answer by somebody else (for those that ship, a program: the starter itself answers nearly all of them right), and examined on both.`,
      'Where the model before answers nearly everything right, what the right answers lose in log-probability is nearly its KL there.',
    ],
    findings: form.arms.flatMap(away),
    tables: [...domains.map((domain) => table(facts, domain)), endTable(facts)],
    figures: [],
  }
}
