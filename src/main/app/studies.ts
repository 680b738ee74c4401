// Studies: started, gone on with, stopped, reported. The steps are carried out through the app's own handlers.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ProblemError,
  problemLine,
  problemOf,
  type Client,
  type Handlers,
  type JobId,
  type Model,
  type Study,
  type StudyEstimate,
  type StudyId,
  type StudyReport,
  type StudyRequest,
} from '#contract'
import {
  estimated,
  gatheredFacts,
  paceOf,
  plannedStudy,
  reportHtml,
  runStudy,
  sampledIn,
  secondsOf,
  studyKinds,
  studyListings,
  studyReport,
  workLeft,
  type DoneWork,
  type Outcome,
  type Sampled,
  type Step,
  type StudyPlanning,
} from '../studies/index.ts'
import { readCatalog } from './catalog.ts'
import type { AppContext } from './context.ts'
import { modelNamed, setNamed } from './names.ts'
import { pinnedOf, commandOf } from './study-record.ts'
import { writeWhole } from './whole-file.ts'

export interface Studies {
  handlers: Pick<Handlers, Extract<keyof Handlers, `studies.${string}`>>
  /** Leaves those that run interrupted. */
  close(): void
}

/** @param ask every command of the app, as whoever runs a study asks it */
export function openStudies(context: AppContext, ask: Client['ask']): Studies {
  const { store, board, jobs } = context
  const desk = {
    ask,
    on: ((name, listener) =>
      board.listen((event) => event.name === name && listener(event.data as never))) satisfies Client['on'],
  }
  const going = new Map<StudyId, JobId>()
  const cancel = (job: JobId) => void jobs.handlers['jobs.cancel']({ job })
  let closed = false

  const changed = (study: Study) => {
    board.publish('studies.changed', study)
    return study
  }

  function start(request: StudyRequest): Study {
    const study = unfinished(request) ?? begun(request)
    if (going.has(study.id)) throw conflict(study, 'This study is already going')
    changed(store.studies.change(study.id, 'running', null))
    const title = `Study ${studyKinds[request.study].title.toLowerCase()}`
    const work = jobs.run(title, (progress, signal, job) => {
      going.set(study.id, job)
      return followed(study.id, signal, (doing, share, secondsLeft) => {
        // The study first: who hears of the job then knows whose it is.
        changed(store.studies.tell(study.id, { doing, job, secondsLeft }))
        progress(doing, share)
      })
    })
    void work.then(
      () => end(study.id, 'finished', null),
      (thrown: unknown) => {
        const problem = problemOf(thrown)
        if (problem.code === 'cancelled') end(study.id, 'stopped', null)
        else end(study.id, 'failed', problemLine(problem))
      },
    )
    return store.studies.show(study.id)
  }

  /** The study that a start goes on with: the newest that asks for the same, unless it is finished. */
  function unfinished(request: StudyRequest): Study | null {
    const { model, seeds } = plannedStudy(request, 0)
    const former = store.studies.list().findLast((study) => {
      if (study.name !== request.study || study.form !== request.form) return false
      if (study.model !== model || study.seeds !== seeds) return false
      const former = store.studies.work(study.id).request
      return sameAsked.every((key) => former[key] === request[key])
    })
    return former && former.status !== 'finished' ? former : null
  }

  /** A new study, its names looked up first. */
  function begun(request: StudyRequest): Study {
    const { model, seeds } = checked(request)
    const steps = (id: StudyId) => studyKinds[request.study].steps(planned(request, id, model.chatTemplate))
    return store.studies.create({ request, model: model.name, seeds, steps })
  }

  /** @throws ProblemError when something named is not there, or does not belong together */
  function checked(request: StudyRequest): { model: Model; seeds: number } {
    const { model: name, seeds, shipped, form } = planned(request, 0)
    const model = modelNamed(store, name)
    for (const set of [request.pairs, request.others, request.own]) if (set !== null) setNamed(store, set)
    if (shipped && !model.sample)
      throw new ProblemError({
        code: 'bad-input',
        message: `The questions that ship with the studies are those of the starter model, not of ${name}`,
        where: 'pairs',
        advice: 'Name a set of questions with a right and a wrong answer each: --pairs SET',
      })
    if (studyKinds[request.study].others && (request.pairs === null) !== (request.others === null))
      throw new ProblemError({
        code: 'bad-input',
        message: 'This study compares two domains, and only one set was named',
        where: 'others',
        advice: 'Name both: --pairs SET --others SET',
      })
    if (studyKinds[request.study].others && request.pairs !== null && request.pairs === request.others)
      throw new ProblemError({
        code: 'bad-input',
        message: `This study compares two domains, and ${request.pairs} was named for both`,
        where: 'others',
        advice: 'Name another set: --others SET',
      })
    if (form.pool < 1) throw tooFew('pairs', request.pairs, form.exam)
    if (form.others && form.others.pool < 1) throw tooFew('others', request.others, form.others.exam)
    return { model, seeds }
  }

  async function followed(
    id: StudyId,
    signal: AbortSignal,
    told: (doing: string, share: number, secondsLeft: number) => void,
  ): Promise<void> {
    const { steps } = plan(id)
    const folder = join(context.home, 'studies', String(id))
    const model = store.studies.show(id).model
    const parameters = modelNamed(store, model).parameters
    try {
      await runStudy(
        steps,
        {
          outcomes: () => plan(id).outcomes,
          finish: (position, outcome, seconds) =>
            void (closed || changed(store.studies.finishStep(id, position, outcome, seconds))),
        },
        {
          ...{ desk, signal, folder, shipped: join(context.resources, 'studies') },
          sampled: () => sampledBeside(id),
        },
        (step, position) => {
          const { pace } = paceOf(model, parameters, doneWork())
          const left = secondsOf(works(steps.slice(position)), pace)
          const all = secondsOf(works(steps), pace)
          told(`step ${position + 1} of ${steps.length}: ${step.title}`, all > 0 ? 1 - left / all : 0, left)
        },
      )
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  function end(id: StudyId, status: 'finished' | 'stopped' | 'failed', reason: string | null): void {
    going.delete(id)
    if (closed) return
    changed(store.studies.change(id, status, reason))
  }

  const plan = (id: StudyId) => {
    const { request, steps, outcomes } = store.studies.work(id)
    return { request, steps: steps as Step[], outcomes: outcomes as (Outcome | null)[] }
  }
  const works = (steps: readonly Step[]) => steps.map(({ work }) => work)

  /** What other studies than this one had sampled, newest first. */
  function sampledBeside(id: StudyId | null): Sampled[] {
    const others = store.studies.list().filter((study) => study.id !== id)
    return others.reverse().flatMap((other) => {
      const { steps, outcomes } = plan(other.id)
      return sampledIn(steps, outcomes)
    })
  }

  /** All steps of all studies that were done here. */
  function doneWork(): DoneWork[] {
    return store.studies.list().flatMap(({ id, model }) => {
      const { steps, seconds } = store.studies.work(id)
      return (steps as Step[]).flatMap(({ work }, i) =>
        seconds[i] === null ? [] : [{ ...work, model, seconds: seconds[i]! }],
      )
    })
  }

  /** A study with pools that its sets have questions for. */
  function planned(request: StudyRequest, id: number, turns = false): StudyPlanning {
    const count = (name: string | null) => (name === null ? undefined : store.sets.byName(name)?.chosen)
    const questions = { pairs: count(request.pairs), others: count(request.others) }
    return plannedStudy(request, id, { turns, questions })
  }

  /** Also of a model that is not here yet, where the catalogue tells how large it is: whether to fetch it may hang on the time. */
  function estimate(request: StudyRequest): StudyEstimate {
    const planning = planned(request, 0)
    const listed = readCatalog(context.resources).find(({ name }) => name === planning.model)
    const model = store.models.byName(planning.model)
    const { parameters } = model ?? listed ?? modelNamed(store, planning.model)
    const goesOn = unfinished(request)?.id ?? null
    const { steps, outcomes } = goesOn
      ? plan(goesOn)
      : {
          steps: studyKinds[request.study].steps({ ...planning, turns: model?.chatTemplate ?? false }),
          outcomes: [],
        }
    const left = workLeft(steps, outcomes, sampledBeside(goesOn))
    return { steps: steps.length, ...estimated(planning.model, parameters, left, doneWork()), goesOn }
  }

  async function report(id: StudyId): Promise<StudyReport> {
    const study = store.studies.show(id)
    const { request, steps, outcomes } = plan(id)
    const planning = plannedStudy(request, id)
    const facts = await gatheredFacts(desk, planning, steps, outcomes)
    const record = { command: commandOf(request), pinned: pinnedOf(context, planning, steps, outcomes) }
    return studyReport(studyKinds[request.study], study, facts, record)
  }

  return {
    handlers: {
      'studies.list': () => ({ listings: studyListings(), studies: store.studies.list() }),
      'studies.estimate': estimate,
      'studies.start': start,
      'studies.stop': ({ study: id }) => {
        const study = store.studies.show(id)
        const job = going.get(id)
        if (job === undefined) throw conflict(study, 'This study is not going')
        cancel(job)
        return study
      },
      'studies.show': ({ study }) => store.studies.show(study),
      'studies.report': ({ study }) => report(study),
      'studies.write-report': async ({ study, to }) => {
        const found = await report(study)
        await writeWhole(to, [reportHtml(found)])
        return { file: to, ...found }
      },
      'studies.remove': ({ study: id }) => {
        const study = store.studies.show(id)
        if (going.has(id)) throw conflict(study, 'This study is still going', 'Stop it first')
        store.studies.remove(id)
        board.publish('studies.removed', { study: id })
        return {}
      },
    },
    close() {
      closed = true
      going.forEach(cancel)
      store.studies.interruptAll('Attune was closed while it ran.')
    },
  }
}

/** What of a request names what a study reads and is judged by. */
const sameAsked = ['pairs', 'others', 'own', 'checker', 'othersChecker'] as const

function tooFew(option: string, set: string | null, exam: number): ProblemError {
  return new ProblemError({
    code: 'refused',
    message: `All questions of ${set} would go into the exam, which keeps the first ${exam}`,
    where: option,
    advice: 'Give a set with more questions, or take a shorter form',
  })
}

function conflict({ name, id }: Study, message: string, advice?: string): ProblemError {
  return new ProblemError({ code: 'conflict', message, where: `study ${name} ${id}`, advice })
}
