// The machine that a measurement was made on: what it is, how fast its matrix products are, and how busy others keep it.
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { outputOf } from './side-process.ts'

/** Rates are the best float32 (and with torch bfloat16) product of two square matrices of `side`, in FLOP/s. */
export type ProductRates = { side: number; tensorflow: number; torch: number; torchBfloat16: number }

export type MachineFacts = { cpu: string; cores: number; memoryBytes: number; date: string; products: ProductRates }

const SIDE = 1536

/** A machine without the rates that torch is needed for. `tensorflow` is the version of the native library. */
export type PlainFacts = Omit<MachineFacts, 'products'> & { node: string; tensorflow: string; product: number }

export async function machineFacts(python: string): Promise<MachineFacts> {
  const own = await ownRate()
  const torch = await rateOf<Record<string, number>>(python, join('trl', 'product_rate.py'))
  const products = { tensorflow: own.float32, torch: torch.float32!, torchBfloat16: torch.bfloat16! }
  return { ...hereAndNow(), products: { side: SIDE, ...products } }
}

/** The same where there is no torch; `product` is in FLOP/s through tfjs-node. Takes about four seconds. */
export async function plainFacts(): Promise<PlainFacts> {
  const { float32, tensorflow } = await ownRate()
  return { ...hereAndNow(), node: process.version, tensorflow, product: float32 }
}

/** The machine in one line of prose. */
export function machineLine({ cpu, cores, memoryBytes, date }: ReturnType<typeof hereAndNow>): string {
  return `${cpu}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(2)} GB, ${date.slice(0, 10)}`
}

function hereAndNow() {
  const all = cpus()
  const cpu = (all[0]?.model ?? 'unknown').trim()
  return { cpu, cores: all.length, memoryBytes: totalmem(), date: new Date().toISOString() }
}

function ownRate(): Promise<{ float32: number; tensorflow: string }> {
  return rateOf(process.execPath, 'product-rate.ts')
}

async function rateOf<T>(command: string, file: string): Promise<T> {
  const line = (await outputOf(command, [join(import.meta.dirname, file), String(SIDE)])).trim().split('\n').at(-1)
  return JSON.parse(line ?? '{}') as T
}

/**
 * Whether torch has fast bfloat16 products here. Without AVX-512 BF16 or AMX it computes them one number after another, a
 * hundred times slower than float32: a step of SmolLM2 then takes the better part of an hour.
 */
export function hasFastBfloat16({ products }: MachineFacts): boolean {
  return products.torchBfloat16 > products.torch / 2
}

/** Cores that others keep busy now, measured over a second in which this process does nothing. */
export async function foreignCores(): Promise<number> {
  const times = () => cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq)
  const before = times()
  const from = performance.now()
  await wait(1000)
  const busy = times().reduce((sum, time, i) => sum + time - before[i]!, 0)
  return busy / (performance.now() - from)
}
