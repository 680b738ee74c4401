// The door of the studies: which there are, their steps, their runner, their estimate and their report.
import { type Study, type StudyListing, type StudyReport, type StudyRequest } from '#contract'
import { distribution } from './distribution.ts'
import { ood } from './ood.ts'
import { ppoVsDpo } from './ppo-vs-dpo.ts'
import { regularisers } from './regularisers.ts'
import { rmVsDpo } from './rm-vs-dpo.ts'
import { sizesOf } from './preparing.ts'
import type { Domain, Facts, Form, StudyKind, StudyKinds, StudyPlanning } from './study.ts'

export { estimated, paceOf, secondsOf, type DoneWork } from './estimate.ts'
export { gatheredFacts } from './gathering.ts'
export { reportHtml } from './report-html.ts'
export { runStudy } from './runner.ts'
export { standIns, withSets } from './set-names.ts'
export { sampledIn, workLeft, type Sampled } from './sharing.ts'
export type { Facts, Outcome, Step, StudyPlanning } from './study.ts'

export const studyKinds: StudyKinds = {
  distribution,
  regularisers,
  'rm-vs-dpo': rmVsDpo,
  'ppo-vs-dpo': ppoVsDpo,
  ood,
}

/** What can be started, for lists and forms. */
export function studyListings(): StudyListing[] {
  return Object.values(studyKinds).map(({ name, title, question, others, forms }) => ({
    ...{ name, title, question, others },
    forms: Object.entries(forms).map(([form, { model, seeds, about }]) => ({
      ...{ form: form as StudyRequest['form'], model, seeds, about },
    })),
  }))
}

/** The files of questions that ship. */
const shipped = { pairs: 'arithmetic', others: 'instructions' }
/** The set that one of them is imported as; all studies share it. */
const shippedSet = (file: string) => `studies: ${file}`

/** The checker of both domains that ship. */
const usual = 'arithmetic-answer'

/** What is known of a request's model and sets: whether the model chats, and how many pairs there are of a domain. */
type Known = { turns?: boolean; questions?: Readonly<Partial<Record<Domain, number>>> }

/** A request with what it leaves open filled in. */
export function plannedStudy(
  request: StudyRequest,
  id: number,
  { turns = false, questions = {} }: Known = {},
): StudyPlanning {
  const { study, form, model, seeds, pairs, others, own, checker, othersChecker } = request
  const size = studyKinds[study].forms[form]
  const called = { pairs: pairs ?? shipped.pairs, others: others ?? shipped.others }
  return {
    ...{
      form: calledForm(formWithin(size, questions), called),
      model: model ?? size.model,
      seeds: seeds ?? size.seeds,
    },
    sets: { pairs: pairs ?? shippedSet(shipped.pairs), others: others ?? shippedSet(shipped.others) },
    ...{ shipped: pairs === null, called, own, turns },
    checkers: { pairs: checker ?? usual, others: othersChecker ?? usual },
    named: (what) => `${study} ${id}: ${what}`,
  }
}

/** The form with pools that are no larger than what its exams leave of so many questions. */
function formWithin(form: Form, questions: NonNullable<Known['questions']>): Form {
  const sizes = (domain: Domain) => {
    const { exam, pool } = sizesOf(form, domain)
    return { exam, pool: Math.min(pool, Math.max(0, (questions[domain] ?? Infinity) - exam)) }
  }
  return { ...form, ...sizes('pairs'), ...(form.others ? { others: sizes('others') } : {}) }
}

/** The form with arms that tell the domain that they are tuned on, where they have one. */
function calledForm(form: Form, called: StudyPlanning['called']): Form {
  const arms = form.arms.map((arm) => (arm.domain ? { ...arm, name: `${arm.name} on ${called[arm.domain]}` } : arm))
  return { ...form, arms }
}

/** The report of what is done. `pinned` names what it was run on. */
export function studyReport(
  { title, question, report }: StudyKind,
  study: Study,
  facts: Facts,
  { command, pinned }: Pick<StudyReport, 'command' | 'pinned'>,
): StudyReport {
  return { study, title, question, ...report(facts), command, pinned }
}
