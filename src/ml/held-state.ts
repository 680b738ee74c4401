// The state of an executor: named tensors that outlive every tidy, put and read as plain numbers.
import * as tf from './tf.ts'
import type { Tensor } from './tf.ts'
import type { Executor } from './program.ts'
import { hostArray, tensorOf } from './host-arrays.ts'

export type HeldState = {
  tensors: ReadonlyMap<string, Tensor>
  /** Takes a tensor over; the one it replaces is freed. */
  replace(name: string, tensor: Tensor): void
  /** The part of an executor's interface that state alone answers. */
  access: Pick<Executor, 'put' | 'read' | 'has' | 'names' | 'drop'>
  dispose(): void
}

/** @param activate makes the executor's backend the active one, before a tensor is made */
export function heldState(activate: () => void): HeldState {
  const tensors = new Map<string, Tensor>()

  const replace = (name: string, tensor: Tensor) => {
    // Kept before the old one goes: a program may hand back what it was given.
    const held = tensors.get(name)
    tensors.set(name, tf.keep(tensor))
    held?.dispose()
  }

  return {
    tensors,
    replace,
    access: {
      put(name, value) {
        activate()
        replace(name, tensorOf(value, name))
      },
      async read(name) {
        const tensor = tensors.get(name)
        if (!tensor) throw new Error(`There is no state named '${name}'. It must be put before it is read.`)
        return hostArray(tensor, name)
      },
      has: (name) => tensors.has(name),
      names: () => [...tensors.keys()],
      drop(names) {
        for (const name of names) {
          tensors.get(name)?.dispose()
          tensors.delete(name)
        }
      },
    },
    dispose() {
      for (const tensor of tensors.values()) tensor.dispose()
      tensors.clear()
    },
  }
}
