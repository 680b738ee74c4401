// Study: PPO or DPO, for the same distance from the model before? The same questions and the same checker for both (arXiv 2406.07327, section 4.4).
import { cellText, type StudyTable } from '#contract'
import { intervalNote } from './arm-tables.ts'
import { endOf, gain, passRate, percent, plain, points } from './arm-numbers.ts'
import { armSteps, before, beforeSteps, examOf } from './arms.ts'
import { longForm, middleForm, shortForm } from './forms.ts'
import { crossing } from './interpolation.ts'
import { ownPairs, ownPairsStep, partedSteps } from './preparing.ts'
import type { Arm, Facts, Findings, StudyKind } from './study.ts'

/** Lengths at one steady rate: each is a point on the way of its method. */
const dpo = (steps: number): Arm => ({
  ...{ name: `DPO ${steps}`, method: 'dpo', on: ownPairs },
  settings: { beta: 0.1, steps, schedule: 'constant' },
})
const ppo = (steps: number, settings: Arm['settings']): Arm => ({
  ...{ name: `PPO ${steps}`, method: 'ppo', on: ownPairs },
  settings: { steps, schedule: 'constant', kl_coef: 0, ...settings },
})
const starterPpo = {
  learning_rate: 1e-3,
  temperature: 1,
  group_size: 4,
  ppo_epochs: 1,
  response_tokens: 48,
  batch_pairs: 32,
}
const longPpo = {
  learning_rate: 1e-4,
  temperature: 1,
  group_size: 4,
  ppo_epochs: 1,
  response_tokens: 160,
  batch_pairs: 8,
}

export const ppoVsDpo: StudyKind = {
  name: 'ppo-vs-dpo',
  title: 'PPO or DPO at the same distance',
  question:
    'How many more questions does each method get right for the KL that it spends, on the same questions and by the same checker?',
  others: false,
  forms: {
    short: {
      ...{ about: '28 questions, 2 steps of PPO, 4 of DPO', ...shortForm },
      arms: [dpo(4), ppo(2, { ...starterPpo, batch_pairs: 4, response_tokens: 40 })],
    },
    middle: {
      ...{ about: '500 questions, up to 120 steps of DPO and 40 of PPO', ...middleForm, seeds: 3 },
      arms: [
        dpo(15),
        dpo(30),
        dpo(60),
        dpo(120),
        ppo(5, starterPpo),
        ppo(10, starterPpo),
        ppo(20, starterPpo),
        ppo(40, starterPpo),
      ],
    },
    long: {
      ...{ about: '500 questions, up to 80 steps of DPO and 20 of PPO', ...longForm, seeds: 1 },
      arms: [dpo(20), dpo(40), dpo(80), ppo(5, longPpo), ppo(10, longPpo), ppo(20, longPpo)],
    },
  },
  steps(planning) {
    const exams = [
      examOf(planning, 'pairs', 'greedy'),
      { ...examOf(planning, 'pairs', 'sampled'), sampled: { answers: 2, temperature: 1 } },
    ]
    return [
      ...partedSteps(planning, 'pairs'),
      ownPairsStep(planning),
      ...beforeSteps(planning, exams),
      ...armSteps(planning, exams),
    ]
  },
  report,
}

const families = ['DPO', 'PPO'] as const
const armsOf = ({ planning }: Facts, family: string) => planning.form.arms.filter(({ name }) => name.startsWith(family))

/** The way of a method: KL and share of right answers at each of its lengths, from the model before on; in order of KL. */
function way(facts: Facts, family: string, exam: string): { x: number; y: number }[] {
  const start = passRate(facts, before, exam).mean
  const at = armsOf(facts, family).map((arm) => ({
    x: endOf(facts, arm, 'kl').mean,
    y: passRate(facts, arm.name, exam).mean,
  }))
  return [{ x: 0, y: start }, ...at]
    .filter((point): point is { x: number; y: number } => point.x !== null && point.y !== null)
    .toSorted((a, b) => a.x - b.x)
}

/** The largest KL that both came to. */
function budget(facts: Facts): number {
  return Math.min(...families.map((family) => way(facts, family, 'greedy').at(-1)?.x ?? 0))
}

function report(facts: Facts): Findings {
  const spent = budget(facts)
  const score = (family: string, exam: string) => crossing(way(facts, family, exam), spent)
  const told = (value: number | null) => (value === null ? '-' : `${(100 * value).toFixed(1)} %`)
  const scores = families.map(
    (family) => `${family} ${told(score(family, 'sampled'))} sampled, ${told(score(family, 'greedy'))} greedy`,
  )
  const started = (exam: string) => cellText(percent(passRate(facts, before, exam)))
  const start = `${started('sampled')} % and ${started('greedy')} %`
  return {
    how: [
      "Both train on the same questions: DPO on pairs of the model's own answers to them, one right and one wrong, PPO on answers that it gives while it trains, scored by the same checker. Each length is a run of its own at a steady rate.",
      'KL(before || tuned) of a response is estimated on the same samples of the model before, whatever the method. The budget is the largest KL that both methods came to; the shares there are read off on the line between two lengths.',
    ],
    findings:
      spent > 0 ? [`At a KL of ${spent.toPrecision(3)} nats a response: ${scores.join('; ')}. Before: ${start}.`] : [],
    tables: [lengthTable(facts)],
    figures: (['sampled', 'greedy'] as const).map((exam) => ({
      title: `Right answers, ${exam}, against KL`,
      x: 'KL, nats a response',
      y: 'share right',
      lines: families.map((family) => ({
        name: family,
        points: way(facts, family, exam).map(({ x, y }): [number, number] => [x, y]),
      })),
    })),
  }
}

function lengthTable(facts: Facts): StudyTable {
  return {
    title: 'Each length',
    note: `Sampled: two answers to each question at temperature 1. Points are against the model before. ${intervalNote(facts)}`,
    head: ['', 'KL', 'sampled, right', 'points', 'greedy, right', 'points'],
    rows: [
      [before, '0', percent(passRate(facts, before, 'sampled')), '-', percent(passRate(facts, before, 'greedy')), '-'],
      ...facts.planning.form.arms.map((arm) => [
        ...[arm.name, plain(endOf(facts, arm, 'kl'))],
        ...(['sampled', 'greedy'] as const).flatMap((exam) => [
          percent(passRate(facts, arm.name, exam)),
          points(gain(facts, arm.name, exam)),
        ]),
      ]),
    ],
  }
}
