// Texts on their way into HTML and SVG.
const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Any text as text of an element or a quoted attribute: nothing in it is a tag any more. Control characters that HTML refuses are left out. */
export function escaped(text: string): string {
  return text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, '').replace(/[&<>"']/g, (mark) => marks[mark]!)
}
