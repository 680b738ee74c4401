// A disk that fills up in mid-run: the run fails with one line, keeps all it measured, and goes on when there is room.
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { mountSmallDisk, resizeDisk } from '../trainer/small-disk.ts'
import { openRunHome, over, request } from './run-home.ts'

test('a full disk while checkpointing', async ({ skip }) => {
  const home = await openRunHome()
  onTestFinished(() => home.close())
  const disk = join(home.home, 'runs')
  mkdirSync(disk)
  if (!mountSmallDisk(disk, '200k')) skip('mounting a small disk is not allowed here')
  const { store } = home.context
  const run = await home.runs.handlers['runs.start'](request())
  const failed = await home.until(run.id, ...over)
  expect([failed.status, failed.checkpoint, failed.step]).toEqual(['failed', 4, 8])
  expect(failed.reason).toMatch(
    /checkpoints: The disk is full: the checkpoint of step 8 needs 10\d kB, \d+ kB were left\. Free some space and resume the run: it goes on from step 4\.$/,
  )
  expect(store.readings.list({ run: run.id, names: ['loss'] })).toHaveLength(8)
  expect(readdirSync(join(disk, String(run.id), 'checkpoints'))).toEqual(['step-000004'])

  resizeDisk(disk, '4m')
  await home.runs.handlers['runs.resume']({ run: run.id })
  expect((await home.until(run.id, 'finished', 'failed')).reason).toBe(null)
  expect(store.readings.list({ run: run.id, names: ['loss'] })).toHaveLength(12)
})
