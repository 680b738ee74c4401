// The estimate beside the New run form: asked a moment after the last change; an answer that came too late is dropped.
import { problemOf, type Client, type CommandInput, type Estimate, type Problem } from '#contract'

/** Wait after a keystroke before the app is asked, milliseconds. */
const SETTLE = 250

export interface Estimating {
  readonly estimate: Estimate | null
  readonly problem: Problem | null
  /** The estimate shown is of an earlier form. */
  readonly stale: boolean
}

/** Follows `request` as long as the component lives; null means that the form is not complete. */
export function estimating(client: Client, request: () => CommandInput<'runs.estimate'> | null): Estimating {
  let estimate = $state.raw<Estimate | null>(null)
  let problem = $state.raw<Problem | null>(null)
  let stale = $state(true)

  $effect(() => {
    const asked = request()
    stale = true
    if (!asked) return
    let over = false
    const timer = setTimeout(async () => {
      try {
        const answer = await client.ask('runs.estimate', asked)
        if (over) return
        estimate = answer
        problem = null
      } catch (thrown) {
        if (over) return
        problem = problemOf(thrown)
      }
      stale = false
    }, SETTLE)
    return () => {
      over = true
      clearTimeout(timer)
    }
  })

  return {
    get estimate() {
      return estimate
    },
    get problem() {
      return problem
    },
    get stale() {
      return stale
    },
  }
}
