// The size budget: small files stay pleasant to enter. Median at most 100 lines, nine in ten at most 250, none above 400.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './copy.ts'

const lines = ['src', 'setup', 'starter']
  .flatMap((room) => readdirSync(join(root, room), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.(ts|svelte|mjs|css)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((file) => ({ file: relative(root, file), lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .sort((a, b) => a.lines - b.lines)

const quantile = (share: number) => lines[Math.min(lines.length - 1, Math.floor(share * lines.length))]?.lines

test('median file', () => expect(quantile(0.5)).toBeLessThanOrEqual(100))
test('nine files in ten', () => expect(quantile(0.9)).toBeLessThanOrEqual(250))
test('no file is above 400 lines', () => expect(lines.filter((file) => file.lines > 400)).toEqual([]))
