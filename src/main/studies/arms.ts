// The heart of most studies: each arm trained once a seed, examined, and compared with the model that it began from.
import { checker, trainWork } from './scale.ts'
import { examStep } from './preparing.ts'
import type { Arm, Step, StudyPlanning } from './study.ts'

export const trainKey = (arm: string, seed: number) => `train ${arm} ${seed}`
export const examKey = (arm: string, seed: number, exam = 'exam') => `${exam} ${arm} ${seed}`
export const compareKey = (arm: string, seed: number, exam = 'exam') => `compare ${examKey(arm, seed, exam)}`
/** The model as it was, in place of an arm. */
export const before = 'before'

/** An exam of all arms: a set, by its key among exams. */
export type Exam = {
  name: string
  set: string
  pairs: number
  answered: boolean
  sampled?: { answers: number; temperature: number }
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
  const seeds = Array.from({ length: planning.seeds }, (_, seed) => seed)
  return seeds.flatMap((seed) => planning.form.arms.flatMap((arm) => stepsOf(planning, arm, seed, exams)))
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

/** One run of an arm. */
export function trainStep(planning: StudyPlanning, { name, method, settings, on }: Arm, seed: number): Step {
  const { form, model, named } = planning
  const all = { ...form.train, ...settings, ...(method === 'ppo' ? { checker: checker.name } : {}) }
  return {
    ...{ key: trainKey(name, seed), title: `Train ${name}, seed ${seed}`, does: 'train' },
    work: { kind: 'train', amount: trainWork(all) },
    asks: { model, set: named(on), method, settings: all, seed, name: named(`${name} ${seed}`) },
  }
}
