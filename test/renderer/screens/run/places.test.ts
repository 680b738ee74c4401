// Where an alert's figures lead on the page: the chart that draws them before the property that they are about.
import { expect, test } from 'vitest'
import { chartId, gaugeId, placeOf } from '../../../../src/renderer/screens/run/places.ts'

test.each([
  ['drop/train/rejected', 'gauge-drop'],
  ['degradation/train/chosen/p10', 'gauge-degradation'],
  ['dispersion/other', 'gauge-dispersion'],
  ['dispersion/kl', 'chart-kl-from-the-reference'],
  ['dispersion/entropy', 'chart-entropy'],
  ['loss', 'chart-loss'],
  ['rewards/margins', 'chart-margin'],
  // No chart draws these: the gauge tells them in its sentence.
  ['drop/train/speed_ratio', 'gauge-drop'],
  ['degradation/train/share', 'gauge-degradation'],
  ['samples', 'samples'],
  ['completions/clipped_ratio', null],
])('%s is at %s', (reading, place) => expect(placeOf(reading)).toBe(place))

test('ids of charts and gauges', () => {
  expect([chartId('Calibration error, held-out'), gaugeId('drop')]).toEqual([
    ...['chart-calibration-error-held-out', 'gauge-drop'],
  ])
})
