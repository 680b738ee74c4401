// A setting's value as text that can be typed back: exponents for the very small, lists with commas.
import type { Setting, SettingValue } from '#contract'

export function settingText(value: SettingValue | Setting['default']): string {
  if (value === null) return 'empty'
  if (typeof value === 'object') return value.join(', ')
  if (typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3) return value.toExponential()
  return String(value)
}
