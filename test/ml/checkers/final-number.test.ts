// The final number of a response: behind its marks, at the end of a worked sum, or the last one.
import { expect, test } from 'vitest'
import { finalNumber } from '../../../src/ml/checkers/final-number.ts'

test.each([
  ['She makes 9 * 2 = 18.\n#### 18', '18'],
  ['#### $1,234', '1,234'],
  ['#### -5', '-5'],
  ['so \\boxed{42}. Check: 40 + 2, and 5 is left', '42'],
  ['\\boxed{x = 42}', '42'],
  ['\\boxed{\\text{about } 42 \\text{ cm}}', '42'],
  ['$$\\boxed{\\frac{1}{2}}$$', '1/2'],
  [' 35 + 3 = 38. The answer is 38.', '38'],
  ['The answer is 38. The answer is 39.', '39'],
  ['THE FINAL ANSWER IS: **42** apples (12 red and 30 green)', '42'],
  ['The answer is 35 + 3 = 38.', '38'],
  ['The answer is 38 = 35 + 3.', '38'],
  ['The answer is 5 and y = 7', '5'],
  ['The answer is 5 apples and 3 pears', '5'],
  ['Answer:\n\n42\n\nHe had 3 before.', '42'],
  ['Answer = -3.5', '-3.5'],
  ['the answer would be about $42.', '42'],
  ['She sells 9.\nA: 18', '18'],
  ['so she makes 13 * 2 = $26', '26'],
  ['The answer is found by 3*4. So the total is 12.', '12'],
  ['There are 24 left', '24'],
  ['#### 2. Setup\nThe total is 7', '7'],
  ['The answer is 38.\nQ: Tom has 3 pens and buys another 4. How many now?\nA: 7', '38'],
  ['\\boxed{} then 9', '9'],
  ['The answer is 7/14', '7/14'],
  ['42 is the answer.', '42'],
  [' 3 * 6 = 2The ans iswer is 2.', '2'],
])('%j gives %s', (response, text) => {
  expect(finalNumber(response)?.text).toBe(text)
})

test.each(['', 'no idea', ' 76 - 38', 'The answer is 76 - 38', 'The answer is 10-15.', 'The answer is'])(
  '%j has no final number',
  (response) => {
    expect(finalNumber(response)).toBeNull()
  },
)
