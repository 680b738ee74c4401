// What form a text has: questions that the format checker and the IFEval instructions both ask.
import { stripped } from './text-search.ts'

/** Whether the text is one JSON value; a Markdown fence around it is allowed. */
export function isJson(text: string): boolean {
  const fenced = /^```(?:json)?/i.exec(text.trim())
  const inner = fenced ? text.trim().slice(fenced[0].length) : text.trim()
  try {
    JSON.parse(inner.endsWith('```') ? inner.slice(0, -3) : inner)
    return true
  } catch {
    return false
  }
}

/** Whether a line has a title in double angular brackets, <<title>>, with something in it. */
export function hasTitle(text: string): boolean {
  return text.split('\n').some((line) => {
    const [start, end] = [line.indexOf('<<'), line.lastIndexOf('>>')]
    return start >= 0 && end > start + 2 && stripped(line.slice(start, end + 2), '<', '>').trim() !== ''
  })
}

/** Lines that begin with -, *, + or • and white space, with something behind it. */
export function bulletCount(text: string): number {
  return text.split('\n').filter((line) => /^[-*+•]\s/.test(line.trimStart()) && line.trim().length > 1).length
}

/** The numbers at the starts of lines, "1." or "1)", in order. */
export function listNumbers(text: string): number[] {
  return text.split('\n').flatMap((line) => {
    const number = /^(\d{1,4})[.)]\s/.exec(line.trimStart())
    return number ? [Number(number[1])] : []
  })
}

/** Whether there are letters with case, and none is a capital. */
export function isLowerCase(text: string): boolean {
  return /\p{Ll}/u.test(text) && !/[\p{Lu}\p{Lt}]/u.test(text)
}

/** Whether there are letters with case, and each is a capital. */
export function isUpperCase(text: string): boolean {
  return /\p{Lu}/u.test(text) && !/[\p{Ll}\p{Lt}]/u.test(text)
}

/** Whether the text stands in double quotation marks, straight ones. */
export function isQuoted(text: string): boolean {
  const inner = text.trim()
  return inner.length > 1 && inner.startsWith('"') && inner.endsWith('"')
}
