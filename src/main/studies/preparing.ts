// The steps that most studies begin with: questions parted into an exam and a pool, and pairs of the model's own answers to the pool.
import type { CheckerName } from '#contract'
import { scoringShare } from './scale.ts'
import type { Domain, Form, Step, StudyPlanning } from './study.ts'

/** The role of the pairs of the model's own answers. */
export const ownPairs = 'own'
/** The role of the others' answers to their pool. */
export const othersPool = 'others pool'

/** The sets that a domain's questions are parted into. */
export const setsOf = (domain: Domain, { named }: Pick<StudyPlanning, 'named'>) =>
  domain === 'pairs'
    ? { exam: named('exam'), pool: named('pool') }
    : { exam: named('others exam'), pool: named(othersPool) }

/** How many questions of a domain are kept for the exam, and how many pairs are made from. */
export function sizesOf({ exam, pool, others }: Form, domain: Domain): { exam: number; pool: number } {
  return domain === 'others' && others ? others : { exam, pool }
}

/** Parts a domain's questions; where they ship, imports them first. */
export function partedSteps(planning: StudyPlanning, domain: Domain): Step[] {
  const { form, shipped, called, turns } = planning
  const all = planning.sets[domain]
  const { exam, pool } = sizesOf(form, domain)
  const sets = setsOf(domain, planning)
  const part = (into: string, skip: number, take: number) =>
    ({
      ...{ key: into, title: `Put ${into} together`, work: { kind: 'none', amount: 0 }, does: 'derive', into },
      ...{ chosen: { set: all, side: 'chosen' }, rejected: { set: all, side: 'rejected' }, within: null, skip, take },
      turns,
    }) satisfies Step
  const brought = {
    ...{ key: `import ${domain}`, title: `Import ${all}`, work: { kind: 'none', amount: 0 } },
    ...{ does: 'import', file: `${called[domain]}.jsonl`, into: all },
  } satisfies Step
  return [...(shipped ? [brought] : []), part(sets.exam, 0, exam), part(sets.pool, exam, pool)]
}

/** Has the model answer a set of questions and pairs a right answer with a wrong one of each prompt. */
export function sampledStep(planning: StudyPlanning, prompts: string, into: string, seed = 0): Step {
  const { form, model, checkers } = planning
  const { answers, temperature, tokens } = form.sampling
  return {
    ...{ key: into, title: `Sample ${into}`, work: { kind: 'tokens', amount: form.pool * answers * tokens } },
    does: 'sample',
    asks: {
      ...{ policy: { model }, prompts: { set: prompts }, into, rule: { rule: 'right-wrong' } },
      ...{
        judge: { checker: { name: checkers.pairs, parameters: {} } },
        sampling: { answers, temperature, tokens, seed },
      },
    },
  }
}

/** Pairs of the model's own answers to the pool: sampled, or those of the set that was named. */
export function ownPairsStep(planning: StudyPlanning): Step {
  const { pool } = setsOf('pairs', planning)
  const { own: set, turns, named } = planning
  const into = named(ownPairs)
  if (set === null) return sampledStep(planning, pool, into)
  return {
    ...{ key: into, title: `Take ${into} from ${set}`, work: { kind: 'none', amount: 0 }, does: 'derive', into },
    ...{ chosen: { set, side: 'chosen' }, rejected: { set, side: 'rejected' }, within: pool },
    ...{ skip: 0, take: null, turns },
  }
}

/** Likelihoods of a set's pairs, and one greedy answer to each prompt where a checker judges it. */
export function examStep(
  planning: StudyPlanning,
  what: {
    key: string
    title: string
    policy: { model: string } | { trained: string }
    set: string
    pairs: number
    checker: CheckerName | null
    /** Several answers to each prompt, sampled. */
    sampled?: { answers: number; temperature: number }
  },
): Step {
  const { key, title, policy, set, pairs, checker, sampled } = what
  const { tokens } = planning.form.sampling
  return {
    ...{ key, title, policy, set, does: 'evaluate' },
    work: checker
      ? { kind: 'tokens', amount: pairs * tokens * (sampled?.answers ?? 1) }
      : { kind: 'score', amount: scoringShare * pairs },
    options: {
      likelihoods: true,
      checker: checker && { name: checker, parameters: {} },
      maxTokens: tokens,
      ...sampled,
    },
  }
}
