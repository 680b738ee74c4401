// The machine's report in plain words: each finding with what it means and what would be better.
import type { Finding } from '#contract'
import type { MachineReport } from './doctor.ts'

/** One finding for each thing looked at, in the order that matters to a user. */
export function doctorFindings(report: MachineReport): Finding[] {
  const { cores, memory, sqlite, node, system, pip, compiler } = report
  const free = `${gigabytes(memory.free)} of ${gigabytes(memory.total)} free`
  return [
    tensorflow(report.tensorflow),
    finding('Processor', 'good', `${cores} ${cores === 1 ? 'core' : 'cores'}, ${system}`),
    bfloat16(report),
    finding('Memory', memory.total < 4e9 ? 'fair' : 'good', free),
    sqlite === null ? finding('SQLite', 'missing', 'did not load', 'npm run setup') : finding('SQLite', 'good', sqlite),
    electron(report.electron),
    browser(report.browser),
    finding('Node', 'good', node),
    pip === null
      ? finding('pip', 'missing', 'not found', 'Install Python 3 with pip: it brings TensorFlow and catalogue models')
      : finding('pip', 'good', pip),
    compiler === null
      ? finding('C++ compiler', 'missing', 'not found', 'Install one: it builds the TensorFlow binding')
      : finding('C++ compiler', 'good', compiler),
  ]
}

function finding(name: string, state: Finding['state'], text: string, advice: string | null = null): Finding {
  return { name, state, text, advice }
}

function tensorflow({ version, origin, device, backend, missed }: MachineReport['tensorflow']): Finding {
  const advice = missed[0] ?? null
  const on = `${version} on the ${device.toUpperCase()}`
  // What the trainer runs on counts more than what set-up brought.
  const native = backend?.startsWith('native') ?? false
  if (backend !== null && !native && (origin === 'wheel' || origin === 'installer'))
    return finding('TensorFlow', 'fair', `${on} is set up, yet the trainer runs on ${backend}`, 'npm run setup')
  switch (origin) {
    case 'wheel':
      return finding('TensorFlow', advice === null ? 'good' : 'fair', `${on}, from its wheel`, advice)
    case 'installer':
      return finding('TensorFlow', 'fair', `${on}, from tfjs-node's installer: older than the wheel's`, advice)
    case 'wasm':
      return finding('TensorFlow', 'fair', 'WebAssembly: slow, good for the starter model', advice)
    case 'unknown':
      return native
        ? finding('TensorFlow', 'good', `${on}, not brought by set-up`)
        : finding('TensorFlow', 'missing', 'set-up has not run in this folder', 'npm run setup')
  }
}

/** What the trainer measured counts more than what the processor says of itself. */
function bfloat16({ bfloat16: { fast, flags }, precision }: MachineReport): Finding {
  if (precision !== null)
    return precision.chosen === 'bfloat16'
      ? finding('bfloat16', 'good', `used: ${precision.why}`)
      : finding('bfloat16', 'fair', `not used: ${precision.why}`)
  if (fast === null) return finding('bfloat16', 'fair', 'this system does not tell whether it is fast')
  if (fast) return finding('bfloat16', 'good', `fast, by CPU flags (${flags.join(', ')})`)
  return finding('bfloat16', 'fair', 'not fast, by CPU flags: float32 is used')
}

function electron(present: boolean): Finding {
  if (present) return finding('Electron', 'good', 'its binary is here')
  return finding(
    'Electron',
    'missing',
    'its binary is not here: the app opens in the browser',
    'npm start fetches it where it can be had',
  )
}

function browser({ program, opener }: MachineReport['browser']): Finding {
  if (program === null && opener === null)
    return finding('Browser', 'missing', 'none found: the app prints its address', 'Install a browser')
  return finding('Browser', 'good', program ?? `opened by ${opener}`)
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
