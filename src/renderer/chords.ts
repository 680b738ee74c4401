// Key chords: reading 'Mod+Shift+Z' against a keyboard event, and writing it as this machine's keyboards do.

/** What of a KeyboardEvent a chord reads. */
export type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/**
 * Whether the event is the chord. `Mod` is Ctrl, or Cmd on a Mac. Digits go by the key's place, so that Shift+1 is the
 * same on every layout; letters go by what they write; other signs (`?`, `/`) by what they write, whatever Shift does.
 */
export function isChord(chord: string, event: Pressed): boolean {
  const parts = chord.split('+')
  const key = parts.pop() ?? ''
  const wants = (name: string) => parts.includes(name)
  if (wants('Mod') !== (event.ctrlKey || event.metaKey) || wants('Alt') !== event.altKey) return false
  if (/^\d$/.test(key)) {
    const place = event.code === `Digit${key}` || event.code === `Numpad${key}`
    return place && wants('Shift') === event.shiftKey
  }
  if (key.length === 1 && !/[a-z]/i.test(key)) return event.key === key
  return event.key.toLowerCase() === key.toLowerCase() && wants('Shift') === event.shiftKey
}

const signs: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Space: 'Space',
}

/** The chord's keys as they are printed on the keyboard: ['Ctrl', 'Shift', 'Z']. */
export function chordKeys(chord: string, mac = false): string[] {
  return chord
    .split('+')
    .map((part) => (part === 'Mod' ? (mac ? '⌘' : 'Ctrl') : part === 'Shift' && mac ? '⇧' : (signs[part] ?? part)))
}
