// Copies the cases of plain DPO out of the golden numbers: `node extract-cases.mjs <losses.json> > dpo-cases.json`.
import { readFileSync } from 'node:fs'

const { inputs, cases } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const wanted = cases.filter(({ name }) => /^sigmoid\/beta[\d.]+$/.test(name) || name === 'extreme/sigmoid')
const sums = ({ policy_chosen_logps, policy_rejected_logps, ref_chosen_logps, ref_rejected_logps }) => ({
  chosen: policy_chosen_logps,
  rejected: policy_rejected_logps,
  referenceChosen: ref_chosen_logps,
  referenceRejected: ref_rejected_logps,
})
const picked = wanted.map(({ name, source, params, inputs: of, pair_losses, grad_chosen, grad_rejected }) => ({
  name,
  source,
  beta: params.beta,
  inputs: sums(inputs[of]),
  losses: pair_losses,
  gradChosen: grad_chosen,
  gradRejected: grad_rejected,
}))
console.log(JSON.stringify(picked, null, 1))
