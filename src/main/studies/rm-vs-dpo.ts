// Study: does a reward model rank answers better than DPO's implicit reward? Both on the same large sets (arXiv 2406.07327, section 4.4).
import { cellText, type Mean, type StudyTable } from '#contract'
import { intervalNote } from './arm-tables.ts'
import { percent, shareMean } from './arm-numbers.ts'
import { before, beforeSteps, examKey, examOf, seedsFor, trainKey, trainStep, type Exam } from './arms.ts'
import { longForm, middleForm, shortForm } from './forms.ts'
import { examStep, ownPairs, ownPairsStep, partedSteps, sampledStep, setsOf } from './preparing.ts'
import { scoringShare } from './scale.ts'
import { acrossSeeds, seedsOf } from './seeds.ts'
import type { Arm, Facts, Findings, Step, StudyKind, StudyPlanning } from './study.ts'

const dpo: Arm = { name: 'DPO', method: 'dpo', settings: { beta: 0.1 }, on: ownPairs }
const rm: Arm = { name: 'RM', method: 'reward-model', settings: {}, on: ownPairs }
const arms = [rm, dpo]

/** The sets that both rank, as the report calls them. */
const sets = [
  { name: 'own', label: "new questions, the model's own answers" },
  { name: 'others', label: 'new questions, answers in other words' },
  { name: 'domain', label: 'another domain' },
] as const

export const rmVsDpo: StudyKind = {
  name: 'rm-vs-dpo',
  title: 'Reward model or implicit reward',
  question:
    "Which ranks unseen pairs better, a reward model or DPO's implicit reward, trained on the same pairs and ranked on the same?",
  others: true,
  forms: {
    short: { about: '28 questions, 4 steps', ...shortForm, arms },
    middle: {
      ...{ about: '500 questions, 40 steps of 8 pairs, ranked on up to 500 pairs', ...middleForm, seeds: 3 },
      exam: 500,
      arms,
    },
    long: { about: '500 questions, 80 steps of 4 pairs', ...longForm, seeds: 1, exam: 400, arms },
  },
  steps(planning) {
    const { exam } = setsOf('pairs', planning)
    const exams = examsOf(planning)
    return [
      ...partedSteps(planning, 'pairs'),
      ...partedSteps(planning, 'others'),
      ownPairsStep(planning),
      sampledStep(planning, exam, exams[0]!.set, 1),
      ...beforeSteps(planning, exams),
      ...seedsOf(planning).flatMap((seed) => [
        ...rewardSteps(planning, seed, exams),
        ...implicitSteps(planning, seed, exams),
      ]),
    ]
  },
  report,
}

function examsOf(planning: StudyPlanning): Exam[] {
  const others = examOf(planning, 'pairs', 'others')
  const own = {
    name: 'own',
    set: planning.named('exam own'),
    pairs: Math.round(others.pairs / 2),
    checker: null,
  }
  return [own, others, examOf(planning, 'others', 'domain')].map((exam) => ({ ...exam, checker: null }))
}

function rewardSteps(planning: StudyPlanning, seed: number, exams: readonly Exam[]): Step[] {
  const model = planning.named(`reward model ${seed}`)
  const trained = trainKey(rm.name, seed)
  return [
    trainStep(planning, rm, seed),
    {
      key: `keep ${seed}`,
      title: `Keep ${model}`,
      work: { kind: 'none', amount: 0 },
      does: 'keep',
      trained,
      name: model,
    },
    ...exams.map(({ name, set, pairs }): Step => ({
      ...{ key: examKey(rm.name, seed, name), title: `Examine ${model} on ${set}`, does: 'examine', model, set },
      work: { kind: 'score', amount: scoringShare * pairs },
    })),
  ]
}

function implicitSteps(planning: StudyPlanning, seed: number, exams: readonly Exam[]): Step[] {
  return [
    trainStep(planning, dpo, seed),
    ...exams.map((exam) =>
      examStep(planning, {
        ...{ ...exam, key: examKey(dpo.name, seed, exam.name), policy: { trained: trainKey(dpo.name, seed) } },
        title: `Examine DPO, seed ${seed}, on ${exam.set}`,
      }),
    ),
  ]
}

/** What each seed ranks right of a set, with the interval over its pairs; undefined where that is not known. */
function ranked(facts: Facts, arm: string, set: string): (Mean | undefined)[] {
  return seedsFor(facts, arm).map((seed) => {
    if (arm === rm.name) {
      const exam = facts.exam(examKey(arm, seed, set))
      return exam && { mean: exam.accuracy, low: exam.low, high: exam.high, of: exam.pairs }
    }
    const pairs = facts.figures(examKey(arm, seed, set))?.pairs
    return shareMean(arm === before ? pairs?.accuracy : pairs?.reward?.accuracy)
  })
}

const rows = [
  { arm: rm.name, label: 'reward model' },
  { arm: dpo.name, label: "DPO's implicit reward" },
  { arm: before, label: 'likelihood under the model before' },
]

function table(facts: Facts): StudyTable {
  const cell = (arm: string, set: string) => percent(acrossSeeds(ranked(facts, arm, set)))
  const pairs = (set: string) => String(ranked(facts, before, set)[0]?.of ?? 0)
  return {
    title: 'Pairs ranked right',
    note: `Share of pairs whose right answer is ranked above the wrong one, a tie as half. ${intervalNote(facts)} With one seed, and before tuning, Wilson's interval over pairs.`,
    head: ['', ...sets.map(({ label }) => label)],
    rows: [
      ...rows.map(({ arm, label }) => [label, ...sets.map(({ name }) => cell(arm, name))]),
      ['pairs', ...sets.map(({ name }) => pairs(name))],
    ],
  }
}

/** Each seed by itself, its interval over pairs: how much of a difference is the draw of pairs. */
function seedTable(facts: Facts): StudyTable {
  return {
    title: 'Each seed by itself',
    note: "Wilson's 95 % interval over pairs.",
    head: ['', ...sets.map(({ label }) => label)],
    rows: seedsOf(facts.planning).flatMap((seed) =>
      rows
        .slice(0, 2)
        .map(({ arm, label }) => [
          `${label}, seed ${seed}`,
          ...sets.map(({ name }) => percent(acrossSeeds([ranked(facts, arm, name)[seed]]))),
        ]),
    ),
  }
}

function report(facts: Facts): Findings {
  const found = sets.flatMap(({ name, label }) => {
    const [reward, implicit] = [ranked(facts, rm.name, name)[0], ranked(facts, dpo.name, name)[0]]
    if (!reward || !implicit) return []
    const apart = reward.low! > implicit.high! || implicit.low! > reward.high!
    return [
      `${label}, ${reward.of} pairs, seed 0: reward model ${cellText(percent(reward))} %, implicit reward ${cellText(percent(implicit))} %; the intervals ${apart ? 'do not overlap' : 'overlap'}.`,
    ]
  })
  return {
    how: [
      "A reward model and a DPO policy are trained on the same pairs of the model's own answers, with the same steps, rate and seeds, and rank the same pairs that neither saw. The implicit reward of an answer is log p under the tuned policy less log p under the model before.",
      "The paper's curves of DPO fit 24 and 126 pairs, where one pair is 4.2 and 0.8 points and the standard error near 9 and 4 points; what looks like fluctuation there is of that size.",
      'Likelihood under the model before tuning is the third row: what ranking is worth without any preference learnt.',
    ],
    findings: found,
    tables: [table(facts), seedTable(facts)],
    figures: [],
  }
}
