// Every golden case of PyTorch and TRL: values by pair, the batch's loss, and its gradients.
import { expect, test } from 'vitest'
import { openBackend } from '../backend.ts'
import { covered, golden } from './golden-cases.ts'
import { checkLengths, checkUnpaired } from './golden-others.ts'
import { checkPairs } from './golden-pairs.ts'

await openBackend()

test.each(golden.cases)('$name', (one) => {
  const inputs = golden.inputs[one.inputs]
  if (one.source.includes('KTOTrainer') || one.source.includes('BCOTrainer')) checkUnpaired(one, inputs)
  else if (one.params.ld_alpha !== undefined) checkLengths(one, inputs)
  else checkPairs(one, inputs)
})

test('all 117 cases of the file were compared', () => {
  expect(golden.cases.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([])
  expect(covered.size).toBe(117)
})
