// What every format's reader yields: records as they stand in the file, or the reason why a row is none.

export type RawRow =
  { line: number; record: Record<string, unknown> } | { line: number; refused: string; excerpt: string }

/** Why a record is none of what is wanted of it. */
export type Refused = { refused: string }
export const refuse = (refused: string): Refused => ({ refused })

export type ReadOptions = {
  /** Stops between rows when it fires. */
  signal?: AbortSignal
  /** 0 to 1, as the file is read. */
  onProgress?: (progress: number) => void
}

/** Characters of a refused row that are shown. */
export const EXCERPT = 200

export const excerptOf = (text: string) => (text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text)

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Lets others run: for loops that would not otherwise wait for anything. */
export const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))
