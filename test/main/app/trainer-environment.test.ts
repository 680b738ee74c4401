// What a trainer process starts with besides the environment of its app.
import { expect, test } from 'vitest'
import { trainerEnvironment } from '../../../src/main/app/trainer-environment.ts'

test('GPU memory grows as it is needed everywhere, the allocator is told on Linux alone', () => {
  expect(trainerEnvironment({ PATH: '/bin' }, 'linux')).toEqual({
    PATH: '/bin',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_CPP_MIN_LOG_LEVEL: '3',
    MALLOC_ARENA_MAX: '2',
  })
  expect(trainerEnvironment({}, 'darwin')).not.toHaveProperty('MALLOC_ARENA_MAX')
})

test('what the user has set stays, an empty value too', () => {
  const own = { MALLOC_ARENA_MAX: '8', TF_FORCE_GPU_ALLOW_GROWTH: '' }
  expect(trainerEnvironment(own, 'linux')).toMatchObject(own)
})
