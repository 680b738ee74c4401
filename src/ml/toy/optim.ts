// The toy's optimisers over one flat vector, with PyTorch's defaults: momentum 0.9, RMSprop alpha 0.99, Adam 0.9 and 0.999.
import type { Parameters } from './layers.ts'
import type { ToySettings } from './plan.ts'

/** Moves the values against the gradient, and sets the gradient back to 0. */
export type Optimiser = (parameters: Parameters, rate: number) => void

const EPSILON = 1e-8

/** @param size how many parameters there are */
export function openOptimiser(name: ToySettings['optimiser'], size: number): Optimiser {
  const mean = new Float64Array(name === 'sgd' || name === 'rmsprop' ? 0 : size)
  const square = new Float64Array(name === 'sgd' || name === 'momentum' ? 0 : size)
  let step = 0
  return ({ values, gradient }, rate) => {
    step++
    switch (name) {
      case 'sgd':
        for (let i = 0; i < size; i++) values[i]! -= rate * gradient[i]!
        break
      case 'momentum':
        for (let i = 0; i < size; i++) values[i]! -= rate * (mean[i] = 0.9 * mean[i]! + gradient[i]!)
        break
      case 'rmsprop':
        for (let i = 0; i < size; i++) {
          const g = gradient[i]!
          const s = (square[i] = 0.99 * square[i]! + 0.01 * g * g)
          values[i]! -= (rate * g) / (Math.sqrt(s) + EPSILON)
        }
        break
      case 'adam': {
        const size1 = rate / (1 - 0.9 ** step)
        const scale2 = 1 / Math.sqrt(1 - 0.999 ** step)
        for (let i = 0; i < size; i++) {
          const g = gradient[i]!
          const m = (mean[i] = 0.9 * mean[i]! + 0.1 * g)
          const s = (square[i] = 0.999 * square[i]! + 0.001 * g * g)
          values[i]! -= (size1 * m) / (Math.sqrt(s) * scale2 + EPSILON)
        }
      }
    }
    gradient.fill(0)
  }
}
