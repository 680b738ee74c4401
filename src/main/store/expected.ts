// What answers to a pair's prompt are compared with, where the pair itself says it.

/** Fields of a pair, as `extra` keeps them. */
export type Fields = Readonly<Record<string, string>>

/** The field `expected`, or IFEval's instructions as JSON. Null: answers are compared with the chosen response. */
export function expectedIn({ expected, instruction_id_list: names, kwargs }: Fields): string | null {
  if (expected !== undefined) return expected
  return names === undefined || kwargs === undefined ? null : `{"instruction_id_list":${names},"kwargs":${kwargs}}`
}

/** The same of the column `extra`. */
export const expectedOf = (extra: string | null): string | null =>
  extra === null ? null : expectedIn(JSON.parse(extra) as Fields)
