// Programs and executors: a computation is a pure function over named tensors, and somebody else decides how it is run.
import type { Tensor } from './tf.ts'

/** Named tensors. Keys of weights are the checkpoint's own names. */
export type Tensors = Readonly<Record<string, Tensor>>

/** A tensor as plain numbers, the form in which it crosses into and out of an executor. */
export type HostArray =
  { dtype: 'float32'; shape: number[]; data: Float32Array } | { dtype: 'int32'; shape: number[]; data: Int32Array }

export type HostArrays = Readonly<Record<string, HostArray>>

/**
 * Names of those sides of a program's inputs that change from run to run; null for a side that does not. Sides of one name are
 * equal. A recorded program serves all sizes, so what it makes by a size it makes by shapes and `tf.range`, never from an array, and it
 * never branches on one: a graph would keep the branch of the stand-in that it was recorded with.
 */
export type Sizes = Readonly<Record<string, readonly (string | null)[]>>

/**
 * A pure computation: reads `state` and `inputs` by name, returns the state entries it changes and what it reports.
 * It must not keep, dispose or (but by `rowsReplaced`) mutate a tensor it was given, read no clock and draw no random number that is
 * not an input: the graph executor calls it once to record it and never again.
 */
export type Program = {
  name: string
  /** By input; inputs that are not listed keep their shape. */
  sizes?: Sizes
  run(state: Tensors, inputs: Tensors): { updates: Tensors; outputs: Tensors }
}

/** Runs programs and owns their state. Numbers go in and come out as HostArrays; no tensor leaves it. */
export interface Executor {
  /** 'native', 'wasm' or 'cpu'; with the graph executor 'native graph'. */
  readonly backend: string
  /** Whether programs are recorded, which each new form of state or inputs costs, and write into state where it lies. */
  readonly records: boolean
  /** Creates or replaces one named state tensor. Copies `value`. */
  put(name: string, value: HostArray): void
  /** Reads one state tensor back. Throws when there is none of that name. */
  read(name: string): Promise<HostArray>
  has(name: string): boolean
  /** Names of the state, in order of creation. */
  names(): string[]
  drop(names: readonly string[]): void
  /** Runs a program over the current state: its updates replace the state, its outputs come back as numbers. */
  run(program: Program, inputs: HostArrays): Promise<HostArrays>
  dispose(): void
}

/** float32 scalar or vector as a HostArray. */
export function floats(data: ArrayLike<number>, shape: number[] = [data.length]): HostArray {
  return { dtype: 'float32', shape, data: Float32Array.from(data) }
}

/** int32 vector or matrix as a HostArray. */
export function ints(data: ArrayLike<number>, shape: number[] = [data.length]): HostArray {
  return { dtype: 'int32', shape, data: Int32Array.from(data) }
}
