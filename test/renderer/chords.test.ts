import { expect, test } from 'vitest'
import { chordKeys, isChord, type Pressed } from '../../src/renderer/chords.ts'

const press = (given: Partial<Pressed>): Pressed => ({
  ...{ key: '', code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false },
  ...given,
})

test('digits go by their place: Shift+1 is the same key on every layout, and not 1', () => {
  const shifted = press({ key: '!', code: 'Digit1', shiftKey: true })
  expect(isChord('Shift+1', shifted)).toBe(true)
  expect(isChord('1', shifted)).toBe(false)
  expect(isChord('1', press({ key: '&', code: 'Digit1' }))).toBe(true)
  expect(isChord('1', press({ key: '1', code: 'Numpad1' }))).toBe(true)
})

test('letters go by what they write, with exactly the keys held that are named', () => {
  expect(isChord('U', press({ key: 'u', code: 'KeyU' }))).toBe(true)
  expect(isChord('U', press({ key: 'U', code: 'KeyU', shiftKey: true }))).toBe(false)
  expect(isChord('Mod+Shift+Z', press({ key: 'Z', ctrlKey: true, shiftKey: true }))).toBe(true)
  expect(isChord('Mod+Z', press({ key: 'z', metaKey: true }))).toBe(true)
  expect(isChord('Mod+Z', press({ key: 'Z', ctrlKey: true, shiftKey: true }))).toBe(false)
  expect(isChord('S', press({ key: 's', ctrlKey: true }))).toBe(false)
})

test('a sign is the sign, however it is typed', () => {
  expect(isChord('?', press({ key: '?', code: 'Slash', shiftKey: true }))).toBe(true)
  expect(isChord('/', press({ key: '/', code: 'Digit7', shiftKey: true }))).toBe(true)
})

test('chords are written as keyboards print them', () => {
  expect(chordKeys('Mod+Shift+Z')).toEqual(['Ctrl', 'Shift', 'Z'])
  expect(chordKeys('Mod+Shift+Z', true)).toEqual(['⌘', '⇧', 'Z'])
  expect(chordKeys('ArrowDown')).toEqual(['↓'])
})
