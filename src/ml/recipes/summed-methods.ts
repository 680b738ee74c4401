// A weighted sum of methods as one method: what its terms read of a batch and carry through the run, it reads and carries for them.
import { weightedSum } from '../losses/weighted-sum.ts'
import type { Tensor1D } from '../tf.ts'
import type { AnswersLoss, BatchReadings, Carried, Paired } from './pair-method.ts'

export type WeightedTerm = { name: string; weight: number; method: Paired }

/** Terms out of a run's settings, `NAME*WEIGHT` each. Throws one line when they are written otherwise. */
export function weightedTerms(value: unknown): { name: string; weight: number }[] {
  const texts: unknown[] = Array.isArray(value) ? value : []
  const terms = texts.map((text) => {
    const [name = '', weight] = String(text).split('*')
    return { name, weight: Number(weight) }
  })
  if (terms.length > 0 && terms.every(({ weight }) => weight > 0 && Number.isFinite(weight))) return terms
  throw new Error(`Setting terms must name methods with weights above 0, as dpo*1, got ${JSON.stringify(value)}.`)
}

/** The method whose loss is the sum over terms of weight times loss (MPO, arXiv 2411.10442). Its rewards are those of the first term. */
export function summed(terms: readonly WeightedTerm[]): Paired {
  const methods = terms.map(({ method }) => method)
  const fixedReference = terms.every(({ method }) => !method.movesReference)
  if (!fixedReference) throw new Error('A method whose reference moves cannot be a term: the others would read it too.')
  const loss = sumOf(terms.map((term) => ({ ...term, loss: term.method.loss })))
  const carrying = terms.flatMap(({ name, method: { carries } }) => (carries ? [{ name, carries }] : []))
  return {
    loss,
    ...(methods.every(({ ofAnswers }) => ofAnswers) ? { ofAnswers: summedOfAnswers(terms) } : {}),
    ...(methods.some(({ estimatesKl }) => estimatesKl) ? { estimatesKl: true } : {}),
    ...(methods.some(({ splits }) => splits) ? { splits: true } : {}),
    ...(methods.some(({ selfLikelihood }) => selfLikelihood) ? { selfLikelihood: true } : {}),
    ...(carrying.length > 0
      ? {
          carries: {
            start: merged(carrying.map(({ name, carries }) => under(name, carries.start))),
            next: (before, pairs) =>
              merged(carrying.map(({ name, carries }) => under(name, carries.next(carriedBy(name, before), pairs)))),
          },
        }
      : {}),
    reward: methods[0]!.reward,
  }
}

/** The same sum over answers alone, of terms that all have a loss of them. */
function summedOfAnswers(terms: readonly WeightedTerm[]): AnswersLoss {
  const all = terms.map(({ name, weight, method }) => ({ name, weight, ...method.ofAnswers! }))
  const carrying = all.flatMap(({ name, next }) => (next ? [{ name, next }] : []))
  return {
    loss: sumOf(all),
    next: (before, answers) =>
      merged(carrying.map(({ name, next }) => under(name, next(carriedBy(name, before), answers)))),
  }
}

/** Each term's loss of the same responses, which reads what it carries itself, added up by their weights. */
function sumOf<Responses>(
  terms: readonly { name: string; weight: number; loss(responses: Responses, batch: BatchReadings): Tensor1D }[],
) {
  const [first, ...rest] = terms.map(({ name, weight, loss }) => (responses: Responses, batch: BatchReadings) => ({
    losses: loss(responses, { ...batch, carried: carriedBy(name, batch.carried) }),
    weight,
  }))
  return (responses: Responses, batch: BatchReadings) =>
    weightedSum([first!(responses, batch), ...rest.map((term) => term(responses, batch))])
}

/** Names of what a term carries, told apart from those of the other terms. */
function under<T>(term: string, values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${term}/${name}`, value]))
}

function carriedBy(term: string, all: Carried): Carried {
  const own = Object.entries(all).filter(([name]) => name.startsWith(`${term}/`))
  return Object.fromEntries(own.map(([name, value]) => [name.slice(term.length + 1), value]))
}

function merged<T>(all: readonly Record<string, T>[]): Record<string, T> {
  return Object.assign({}, ...all) as Record<string, T>
}
