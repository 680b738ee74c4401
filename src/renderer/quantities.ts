// Numbers as people read them: counts, bytes, durations, shares. Units are always said.

const grouped = new Intl.NumberFormat('en-GB')

/** 1769 -> '1,769' */
export const count = (n: number) => grouped.format(n)

/** '1 pair', '1,769 pairs' */
export const counted = (n: number, one: string, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`

/** 134515008 -> '134.5 M'; three significant digits or so. */
export function short(n: number): string {
  for (const [size, sign] of [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const)
    if (Math.abs(n) >= size) return `${threeDigits(n / size)} ${sign}`
  return count(n)
}

/** Bytes -> '98.4 MB' (decimal units, as disks are sold). */
export function bytes(n: number): string {
  for (const [size, sign] of [
    [1e12, 'TB'],
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ] as const)
    if (n >= size) return `${threeDigits(n / size)} ${sign}`
  return counted(n, 'byte')
}

const threeDigits = (n: number) => n.toFixed(n < 10 ? 2 : n < 100 ? 1 : 0).replace(/\.0+$/, '')

/** Seconds -> '45 s', '3 min 20 s', '2 h 5 min'. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s`
  if (s < 3600) return s % 60 === 0 || s >= 600 ? `${Math.round(s / 60)} min` : `${Math.floor(s / 60)} min ${s % 60} s`
  const minutes = Math.floor((s % 3600) / 60)
  return minutes === 0 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 3600)} h ${minutes} min`
}

/** 0.423 -> '42 %'; never 100 % before all is done, never 0 % once something is. */
export function share(part: number): string {
  const percent = Math.round(part * 100)
  return `${part > 0 && percent === 0 ? 1 : part < 1 && percent === 100 ? 99 : percent} %`
}

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

/** An ISO time -> '10:15' when it is of today, else as `moment`. */
export function clock(iso: string, now = new Date()): string {
  const at = new Date(iso)
  return at.toDateString() === now.toDateString() ? time.format(at) : moment(iso, now)
}

const sameYear = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const otherYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** An ISO time -> '24 Nov, 10:15', with the year instead of the time when it is another one. */
export function moment(iso: string, now = new Date()): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  return (at.getFullYear() === now.getFullYear() ? sameYear : otherYear).format(at)
}
