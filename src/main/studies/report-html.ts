// A report as one HTML file that needs nothing else: no script, no address, every text escaped.
import { cellText, stepsDone, type StudyCell, type StudyReport, type StudyTable } from '#contract'
import { figureSvg } from './figure-svg.ts'
import { escaped } from './html-text.ts'

/** The whole document. A policy in its head forbids scripts and everything from elsewhere, should a text slip through after all. */
export function reportHtml({
  study,
  title,
  question,
  how,
  findings,
  tables,
  figures,
  command,
  pinned,
}: StudyReport): string {
  const done = stepsDone(study)
  const part =
    done === study.steps.length
      ? ''
      : `<p class="part">Not finished: ${done} of ${study.steps.length} steps are done.</p>`
  const short =
    study.form === 'short'
      ? '<p class="part">This is the short form. It shows that all parts work; its figures say nothing.</p>'
      : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escaped(`${title}: ${study.model}`)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p class="question">${escaped(question)}</p>
<p class="facts">${escaped(`${study.model}, ${study.form} form, ${study.seeds} ${study.seeds === 1 ? 'seed' : 'seeds'}, ${study.createdAt.slice(0, 10)}`)}</p>
${part}${short}
<h2>What was found</h2>
${findings.length > 0 ? `<ul>${findings.map((text) => `<li>${escaped(text)}</li>`).join('')}</ul>` : '<p>Nothing yet.</p>'}
<h2>How</h2>
${how.map((text) => `<p>${escaped(text)}</p>`).join('\n')}
<h2>Tables</h2>
${tables.map(tableHtml).join('\n')}
<h2>Figures</h2>
${figures.map((figure) => `<figure><figcaption>${escaped(figure.title)}</figcaption>${figureSvg(figure) ?? '<p>Nothing to draw yet.</p>'}</figure>`).join('\n')}
<h2>To repeat it</h2>
<pre>${escaped(command)}</pre>
<table><tbody>${pinned.map(([name, value]) => `<tr><th>${escaped(name)}</th><td class="words">${escaped(value)}</td></tr>`).join('')}</tbody></table>
</body>
</html>
`
}

function tableHtml({ title, note, head, rows }: StudyTable): string {
  const cells = (row: readonly StudyCell[]) =>
    row
      .map((cell, i) => (i === 0 ? `<th>${escaped(cellText(cell))}</th>` : `<td>${escaped(cellText(cell))}</td>`))
      .join('')
  return `<section><h3>${escaped(title)}</h3><p class="note">${escaped(note)}</p><div class="wide"><table>
<thead><tr>${head.map((text) => `<th>${escaped(text)}</th>`).join('')}</tr></thead>
<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}</tbody>
</table></div></section>`
}

const style = `
body { font: 14px/1.5 system-ui, sans-serif; color: #1c1e21; background: #fff; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 16px; margin: 2rem 0 .5rem; } h3 { font-size: 14px; margin: 1.25rem 0 0; }
p { max-width: 46rem; margin: .5rem 0; } .question { font-size: 16px; } .facts, .note, figcaption { color: #5a5f66; }
.part { border-left: 3px solid #d55e00; padding-left: .75rem; } ul { max-width: 46rem; padding-left: 1.2rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 12px; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid #e3e5e8; text-align: right; white-space: nowrap; vertical-align: bottom; }
th:first-child, td.words { text-align: left; font-weight: normal; } td.words { white-space: normal; word-break: break-word; }
thead th { color: #5a5f66; font-weight: normal; } figure { margin: 1rem 0; } svg { width: 100%; max-width: 46rem; font-size: 11px; fill: #1c1e21; }
svg .grid { stroke: #e3e5e8; } svg .zero { stroke: #8b9097; stroke-dasharray: 4 3; } pre { background: #f4f5f6; padding: .5rem .75rem; overflow-x: auto; }
`
