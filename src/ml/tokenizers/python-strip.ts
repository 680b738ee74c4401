// Python's str.strip, lstrip and rstrip for chat templates: @huggingface/jinja has them without their argument.

const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

/** Takes characters of the set `chars` (Python's white space when it is not given) off the ends that `method` names. */
export function pythonStrip(method: 'strip' | 'lstrip' | 'rstrip', text: string, chars?: unknown): string {
  const given = typeof chars === 'string' ? Array.from(chars) : null
  const set = given ? new Set(given) : null
  const space = new RegExp(`[${SPACE}]`)
  const drop = (char: string) => (set ? set.has(char) : space.test(char))
  const all = Array.from(text)
  let [from, to] = [0, all.length]
  if (method !== 'rstrip') while (from < to && drop(all[from]!)) from++
  if (method !== 'lstrip') while (to > from && drop(all[to - 1]!)) to--
  return all.slice(from, to).join('')
}
