// IFEval's instructions about form: marks that a response carries, and how it begins and ends.
import { type InstructionKind, instructionKind } from './ifeval-kind.ts'
import { stripped } from './text-search.ts'
import { hasTitle, isJson, isQuoted } from './text-shape.ts'

export const formInstructions: Record<string, InstructionKind> = {
  'detectable_format:json_format': instructionKind({}, () => 'is JSON', isJson),
  'detectable_format:title': instructionKind({}, () => 'has a <<title>>', hasTitle),
  'startend:quotation': instructionKind({}, () => 'in double quotation marks', isQuoted),
  'punctuation:no_comma': instructionKind(
    {},
    () => 'no commas',
    (response) => !response.includes(','),
  ),
  'detectable_format:number_bullet_lists': instructionKind(
    { num_bullets: 'whole' },
    ({ num_bullets }) => `${num_bullets} bullets`,
    (response, { num_bullets }) => starAndDashLines(response) === num_bullets,
  ),
  'detectable_format:number_highlighted_sections': instructionKind(
    { num_highlights: 'whole' },
    ({ num_highlights }) => `at least ${num_highlights} *highlighted* parts`,
    (response, { num_highlights }) => highlights(response) >= num_highlights,
  ),
  'detectable_format:constrained_response': instructionKind(
    {},
    () => 'answers "My answer is yes.", "no." or "maybe."',
    (response) => ['yes', 'no', 'maybe'].some((word) => response.includes(`My answer is ${word}.`)),
  ),
  'detectable_content:number_placeholders': instructionKind(
    { num_placeholders: 'whole' },
    ({ num_placeholders }) => `at least ${num_placeholders} [placeholders]`,
    (response, { num_placeholders }) => placeholders(response) >= num_placeholders,
  ),
  'detectable_content:postscript': instructionKind(
    { postscript_marker: 'text' },
    ({ postscript_marker }) => `has a postscript ${postscript_marker}`,
    (response, { postscript_marker }) => {
      const [text, marker] = [response.toLowerCase(), postscript_marker.trim().toLowerCase()]
      if (marker === 'p.p.s') return /p\.\s?p\.\s?s/.test(text)
      return marker === 'p.s.' ? /p\.\s?s\./.test(text) : text.includes(marker)
    },
  ),
  'combination:repeat_prompt': instructionKind(
    { prompt_to_repeat: 'passage' },
    () => 'begins with the request, repeated',
    (response, { prompt_to_repeat }) =>
      response.trim().toLowerCase().startsWith(prompt_to_repeat.trim().toLowerCase().replace(/\r\n?/g, '\n')),
  ),
  'startend:end_checker': instructionKind(
    { end_phrase: 'passage' },
    ({ end_phrase }) => `ends with "${end_phrase.trim()}"`,
    (response, { end_phrase }) =>
      stripped(response.trim(), '"').toLowerCase().endsWith(end_phrase.trim().toLowerCase()),
  ),
}

/** Lines that begin with - or with a single *, white space behind it or not, as the published checker counts them. */
function starAndDashLines(text: string): number {
  return text.split('\n').filter((line) => /^(?:-|\*[^*])/.test(line.trim())).length
}

/** *so* and **so**, within a line, with something between the stars. */
function highlights(text: string): number {
  const found = [...(text.match(/\*[^\n*]*\*/g) ?? []), ...(text.match(/\*\*[^\n*]*\*\*/g) ?? [])]
  return found.filter((marked) => stripped(marked, '*').trim() !== '').length
}

/** [so], within a line. */
function placeholders(text: string): number {
  let count = 0
  for (const line of text.split('\n'))
    for (let open = line.indexOf('['); open >= 0;) {
      const close = line.indexOf(']', open)
      if (close < 0) break
      count++
      open = line.indexOf('[', close)
    }
  return count
}
