import { expect, test } from 'vitest'
import type { Sequenced } from '#contract'
import { openBoard } from '../../../src/main/app/board.ts'

const publish = (board: ReturnType<typeof openBoard>, count: number) => {
  for (let i = 0; i < count; i++) board.publish('runs.removed', { run: 1 as never })
}

test('events are numbered from one, and heard until the listener stops', () => {
  const board = openBoard()
  const seen: Sequenced[] = []
  const stop = board.listen((event) => seen.push(event))
  publish(board, 2)
  stop()
  publish(board, 1)
  expect(seen.map(({ seq }) => seq)).toEqual([1, 2])
  expect(board.seq).toBe(3)
})

test('what is kept can be asked for, what is not is said', () => {
  const board = openBoard(10)
  publish(board, 100)
  const seqs = (from: number) => board.after(from)?.map(({ seq }) => seq) ?? null
  expect(seqs(97)).toEqual([98, 99, 100])
  expect(seqs(100)).toEqual([])
  expect(seqs(90)?.length).toBe(10)
  expect(seqs(0)).toBe(null)
  expect(seqs(101)).toBe(null)
})

test('a listener may stop itself while it is called', () => {
  const board = openBoard()
  let heard = 0
  const stop = board.listen(() => {
    heard++
    stop()
  })
  publish(board, 2)
  expect(heard).toBe(1)
})
