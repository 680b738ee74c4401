// What sets of answers alone, each good or bad, can be used for, and the line that says so where they cannot.
import {
  answerMethods,
  learnsFromAnswers,
  methods,
  ProblemError,
  type PairSet,
  type ParsedSettings,
  type RunRequest,
} from '#contract'

/** @throws ProblemError when the set holds answers alone; `what` needs pairs, as the subject of a sentence */
export function refuseAnswers(set: PairSet, what: string): void {
  if (set.answers)
    throw refused(set, `${what} two answers to a prompt, and this set holds answers alone`, 'Name a set of pairs')
}

/**
 * @throws ProblemError when the set holds answers alone and a run with these settings cannot learn from them: its method compares two
 *   answers, they are all good or all bad, or some are to be left out by a measure of pairs
 */
export function refuseUntrainable(set: PairSet, method: RunRequest['method'], settings: ParsedSettings): void {
  if (!set.answers) return
  const { label } = methods[method]
  if (!learnsFromAnswers(method, settings))
    throw refused(
      set,
      `${label} learns from pairs, and this set holds answers alone, each good or bad`,
      `Choose ${answerMethods.slice(0, -1).join(', ')} or ${answerMethods.at(-1)}, or a set of pairs`,
    )
  const { good, bad } = set.answers
  if (good === 0 || bad === 0)
    throw refused(
      set,
      `${label} needs good and bad answers, and this set has ${good} good and ${bad} bad`,
      `Mark some as ${good === 0 ? 'good' : 'bad'}`,
    )
  if (settings.leave_out === 'by-measure')
    throw new ProblemError({
      code: 'refused',
      message: 'Measures compare the two answers of a pair, and this set holds answers alone',
      where: 'setting leave_out',
      advice: 'Set it to none',
    })
}

function refused({ name }: PairSet, message: string, advice: string): ProblemError {
  return new ProblemError({ code: 'refused', message, where: `set ${name}`, advice })
}
