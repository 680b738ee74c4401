// Readings that are a mean or a median, with the quantiles beside it.
import type { ReadingInfo } from './reading-info.ts'

/** A reading with its 10 % and 90 % quantiles, NAME/p10 and NAME/p90; `whom` it is of, in words. */
export function withTenths<Name extends string>(
  name: Name,
  info: ReadingInfo,
  whom = 'them',
): Record<Name | `${Name}/p10` | `${Name}/p90`, ReadingInfo> {
  const quantile = (percent: number, side: string) => ({
    ...info,
    label: `${info.label}, ${percent} % quantile`,
    meaning: `A tenth of ${whom} lie ${side} this.`,
  })
  const told = { [name]: info, [`${name}/p10`]: quantile(10, 'below'), [`${name}/p90`]: quantile(90, 'above') }
  return told as Record<Name | `${Name}/p10` | `${Name}/p90`, ReadingInfo>
}
