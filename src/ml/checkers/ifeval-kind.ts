// A kind of IFEval instruction (Zhou et al. 2023, arXiv 2311.07911): the arguments that it needs and how a response keeps it.
import { type Ruling, short } from './check.ts'

export type Relation = 'less than' | 'at least'

/** A text is a keyword or a mark, a passage may be a whole prompt. */
type Arguments = { whole: number; text: string; passage: string; texts: readonly string[]; relation: Relation }

/** Whether a response keeps an instruction with these arguments; open (null) when an argument is missing or of another kind. */
export type InstructionKind = (given: Readonly<Record<string, unknown>>, response: string) => Ruling

export function instructionKind<const Needs extends Record<string, keyof Arguments>>(
  needs: Needs,
  rule: (values: { [Key in keyof Needs]: Arguments[Needs[Key]] }) => string,
  kept: (response: string, values: { [Key in keyof Needs]: Arguments[Needs[Key]] }) => boolean | null,
): InstructionKind {
  return (given, response) => {
    for (const [key, kind] of Object.entries(needs))
      if (!Object.hasOwn(given, key) || !fits[kind](given[key]))
        return { kept: null, rule: `an instruction whose ${key} is missing or not readable` }
    const values = given as { [Key in keyof Needs]: Arguments[Needs[Key]] }
    return { kept: kept(response, values), rule: short(rule(values), 100) }
  }
}

// Bounds that every IFEval instruction keeps, so that hostile data cannot make a check long.
const isText = (value: unknown, longest = 200): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= longest

const fits: { [Kind in keyof Arguments]: (value: unknown) => boolean } = {
  whole: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  text: (value) => isText(value),
  passage: (value) => isText(value, 10_000),
  texts: (value) =>
    Array.isArray(value) && value.length > 0 && value.length <= 50 && value.every((text) => isText(text)),
  relation: (value) => value === 'less than' || value === 'at least',
}

export function holds(count: number, relation: Relation, bound: number): boolean {
  return relation === 'less than' ? count < bound : count >= bound
}
