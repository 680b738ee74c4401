// The trainer as it is, but that each of its messages carries when it was sent: milliseconds since 1970 with fractions, in `at`.
export {}

type Send = (message: object, ...rest: unknown[]) => boolean

const send = process.send?.bind(process) as Send | undefined
if (!send) throw new Error('This file is a trainer: it is started by the benches, not by hand.')
const stamped: Send = (message, ...rest) =>
  send({ ...message, at: performance.timeOrigin + performance.now() }, ...rest)
process.send = stamped as typeof process.send
await import('../src/main/trainer/process.ts')
