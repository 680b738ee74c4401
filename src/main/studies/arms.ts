// The heart of most studies: each arm trained once a seed, examined, and compared with the model that it began from.
import { settingsRead, type CheckerName, type SettingKey } from '#contract'
import { trainWork } from './scale.ts'
import { examStep, setsOf, sizesOf } from './preparing.ts'
import { seedsOf } from './seeds.ts'
import type { Arm, Domain, Facts, Step, StudyPlanning } from './study.ts'

export const trainKey = (arm: string, seed: number) => `train ${arm} ${seed}`
export const examKey = (arm: string, seed: number, exam = 'exam') => `${exam} ${arm} ${seed}`
export const compareKey = (arm: string, seed: number, exam = 'exam') => `compare ${examKey(arm, seed, exam)}`
/** The model as it was, in place of an arm. */
export const before = 'before'

/** The seeds of an arm's exams; the model as it was has the first alone. */
export const seedsFor = ({ planning }: Pick<Facts, 'planning'>, arm: string): number[] =>
  arm === before ? [0] : seedsOf(planning)

/** An exam of all arms: a set, by its key among exams. */
export type Exam = {
  name: string
  set: string
  pairs: number
  /** What judges one answer to each question; null where none is given. */
  checker: CheckerName | null
  sampled?: { answers: number; temperature: number }
}

/** A domain's questions that no pair was made of, each answered. */
export function examOf(planning: StudyPlanning, domain: Domain, name = 'exam'): Exam {
  return {
    ...{ name, set: setsOf(domain, planning).exam, pairs: sizesOf(planning.form, domain).exam },
    checker: planning.checkers[domain],
  }
}

/** The exams of the model as it was. */
export function beforeSteps(planning: StudyPlanning, exams: readonly Exam[]): Step[] {
  return exams.map((exam) =>
    examStep(planning, {
      ...exam,
      ...{ key: examKey(before, 0, exam.name), policy: { model: planning.model } },
      title: `Examine ${planning.model} on ${exam.set}`,
    }),
  )
}

/** Seed by seed, so that what is done so far says something of every arm. */
export function armSteps(planning: StudyPlanning, exams: readonly Exam[]): Step[] {
  return seedsOf(planning).flatMap((seed) => planning.form.arms.flatMap((arm) => stepsOf(planning, arm, seed, exams)))
}

function stepsOf(planning: StudyPlanning, arm: Arm, seed: number, exams: readonly Exam[]): Step[] {
  const trained = trainKey(arm.name, seed)
  return [
    trainStep(planning, arm, seed),
    ...exams.flatMap((exam): Step[] => [
      examStep(planning, {
        ...{ ...exam, key: examKey(arm.name, seed, exam.name), policy: { trained } },
        title: `Examine ${arm.name}, seed ${seed}, on ${exam.set}`,
      }),
      {
        ...{ key: compareKey(arm.name, seed, exam.name), does: 'compare', work: { kind: 'none', amount: 0 } },
        title: `Compare ${arm.name}, seed ${seed}, with ${planning.model} on ${exam.set}`,
        ...{ a: examKey(before, 0, exam.name), b: examKey(arm.name, seed, exam.name) },
      },
    ]),
  ]
}

/** One run of an arm. Of what all arms share it is given what its method reads. */
export function trainStep(planning: StudyPlanning, { name, method, settings, on }: Arm, seed: number): Step {
  const { form, model, named, checkers } = planning
  const own = { ...settings, ...(method === 'ppo' ? { checker: checkers.pairs } : {}) }
  const read = settingsRead(method, { ...form.train, ...own })
  const alike = Object.entries(form.train).filter(([key]) => read.includes(key as SettingKey))
  const all = { ...Object.fromEntries(alike), ...own }
  return {
    ...{ key: trainKey(name, seed), title: `Train ${name}, seed ${seed}`, does: 'train' },
    work: { kind: 'train', amount: trainWork(method, all) },
    asks: { model, set: named(on), method, settings: all, seed, name: named(`${name} ${seed}`) },
  }
}
