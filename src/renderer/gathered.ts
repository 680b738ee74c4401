// Events as the window takes them: a few handfuls a second. Drawn one by one they would take the cores that the trainer needs.
import type { Bridge, Sequenced } from '#contract'

/** Least time between two handfuls, milliseconds: three pictures a second still read as live. */
const PACE = 300

/**
 * The same bridge, its events gathered: the first after a quiet time goes on at once, later ones when PACE has passed, all
 * together, so that one update draws them. Their order stays, also against answers: what came before one is handed on before it.
 */
export function gathered(bridge: Bridge): Bridge {
  let waiting: (Sequenced | 'lost' | 'open')[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let listener: Parameters<Bridge['listen']>[0] = () => {}

  function handOn(): void {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    timer = setTimeout(handOn, PACE)
    const handful = waiting
    waiting = []
    for (const event of handful) listener(event)
  }

  return {
    ...bridge,
    async ask(name, input) {
      const answer = await bridge.ask(name, input)
      handOn()
      return answer
    },
    listen(hear) {
      listener = hear
      bridge.listen((event) => {
        waiting.push(event)
        if (timer === undefined || typeof event === 'string') handOn()
      })
    },
  }
}
