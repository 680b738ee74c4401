// The comparison in words and tables, for a terminal or as Markdown.
import { hasFastBfloat16, machineLine, type MachineFacts } from './machine.ts'
import type { SideName } from './side-process.ts'
import type { Spread, Summary } from './summary.ts'

export type Comparison = {
  command: string
  machine: MachineFacts
  model: string
  pairs: string
  steps: number
  batch: number
  tuning: string
  rounds: number
  /** Pairs of the file that no side trained on. */
  leftOut: number
  /** Most cores that others kept busy just before a side ran. */
  foreignCores: number
  summaries: Summary[]
  /** Versions, threads and device as each side told them. */
  sides: Partial<Record<SideName, { versions: Record<string, string>; threads: number; device: string }>>
}

/** Cores that may be busy with other things before the numbers are not to be trusted. */
export const QUIET = 0.15

/** The whole report as Markdown. */
export function reportLines(comparison: Comparison): string[] {
  const { machine, summaries, model, pairs, steps, batch, tuning, rounds, leftOut, foreignCores } = comparison
  const { products } = machine
  return [
    `${model}, ${tuning}, ${pairs}: ${steps} steps of ${batch} pairs, ${rounds} rounds of all sides in turn.`,
    ...(leftOut > 0 ? [`${leftOut} pairs of the file were left out for all sides.`] : []),
    '',
    `${machineLine(machine)}. ` +
      `Products of ${products.side} x ${products.side}: float32 ${giga(products.tensorflow)} through tfjs-node, ` +
      `${giga(products.torch)} through torch; bfloat16 ${giga(products.torchBfloat16)} through torch.`,
    ...(hasFastBfloat16(machine)
      ? []
      : ["torch has no fast bfloat16 products on this machine, so TRL's default is slow."]),
    ...(foreignCores > QUIET
      ? [`**Not to be trusted**: others kept up to ${foreignCores.toFixed(1)} cores busy meanwhile.`]
      : []),
    '',
    ...table(sideHeads, summaries.map(sideCells)),
    ...ratioLines(summaries),
    '',
    ...Object.entries(comparison.sides).map(
      ([side, { versions, threads, device }]) =>
        `- ${side}: ${Object.entries(versions)
          .map((pair) => pair.join(' '))
          .join(', ')}; ${threads} threads; ${device}`,
    ),
    '',
    `\`${comparison.command}\``,
  ]
}

const sideHeads = ['side', 'pairs/s', 's a step', 'useful FLOP/s', 'peak memory', 'last loss', 'apart from TRL float32']

function sideCells(summary: Summary): string[] {
  const { side, pairsPerSecond, stepSeconds, productShare, peakBytes, loss, lossDifference } = summary
  return [
    side,
    spread(pairsPerSecond, (value) => value.toPrecision(3)),
    spread(stepSeconds, (value) => value.toPrecision(3)),
    `${(100 * productShare.median).toFixed(1)} %`,
    gigabytes(peakBytes),
    loss.toFixed(5),
    lossDifference === null ? '-' : lossDifference.toExponential(1),
  ]
}

/** Each Attune side over each other side. */
function ratioLines(summaries: readonly Summary[]): string[] {
  const own = summaries.filter(({ side }) => side.startsWith('attune'))
  const others = summaries.filter(({ side }) => !side.startsWith('attune'))
  if (own.length === 0 || others.length === 0) return []
  const rows = others.map((other) => [
    other.side,
    ...own.flatMap((mine) => [
      `${(mine.pairsPerSecond.median / other.pairsPerSecond.median).toFixed(2)} x`,
      `${((100 * mine.peakBytes) / other.peakBytes).toFixed(0)} %`,
    ]),
  ])
  const heads = ['against', ...own.flatMap(({ side }) => [`${side}: pace`, `${side}: memory`])]
  return ['', ...table(heads, rows)]
}

/** A Markdown table whose columns are also aligned for the eye. */
export function table(heads: string[], rows: string[][]): string[] {
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)]
}

const spread = ({ median, min, max }: Spread, shown: (value: number) => string) =>
  min === max ? shown(median) : `${shown(median)} (${shown(min)}..${shown(max)})`
const giga = (rate: number) => `${(rate / 1e9).toFixed(rate < 1e10 ? 1 : 0)} GFLOP/s`
const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(2)} GB`
