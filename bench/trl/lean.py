"""A lean PyTorch loop for the same DPO steps: what PyTorch can do on this machine without kernels of one's own.

Chosen and rejected are rows of one batch; the head sees response positions only; nothing is measured. Rows are padded on the
right as everybody does, or, in the variant "unpadded", lie one after another, which costs an attention call for each.
"""

import json
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from side import StepClock, read_job, report_end, save_reference

import torch
from llama import Llama
from torch.nn.functional import cross_entropy, logsigmoid

VARIANTS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "unpadded": torch.float32}


class Batch:
    """The pairs of a step as tensors: their 2P rows as ids, and of each response token its place in ids, its id and its row.

    ids are [2P, T], padded, and `lengths` is None; or [1, sum of lengths].
    """

    def __init__(self, pairs, pad, unpadded):
        sides = [(pair["prompt"], pair[side]) for side in ("chosen", "rejected") for pair in pairs]
        lengths = [len(prompt) + len(response) for prompt, response in sides]
        T = max(lengths)
        starts = [sum(lengths[:row]) if unpadded else row * T for row in range(len(sides))]
        gaps = [0 if unpadded else T - length for length in lengths]
        ids = [id for (prompt, response), gap in zip(sides, gaps) for id in (*prompt, *response, *[pad] * gap)]
        at = [
            (start + len(prompt) - 1 + i, target, row)
            for row, (start, (prompt, response)) in enumerate(zip(starts, sides))
            for i, target in enumerate(response)
        ]
        self.lengths = lengths if unpadded else None
        self.sides = len(sides)
        self.ids = torch.tensor(ids).view(1 if unpadded else len(sides), -1)
        self.at, self.targets, self.rows = torch.tensor(at).unbind(1)  # [N] each

    def logps(self, model):
        """Summed log-probabilities of the responses, [2, P]: chosen, rejected."""
        read = model.hidden(self.ids, self.lengths).flatten(0, 1)[self.at]  # [N, D]
        nll = cross_entropy(model.logits(read).float(), self.targets, reduction="none")  # [N]
        sums = torch.zeros(self.sides).index_add(0, self.rows, -nll)
        return sums.view(2, -1)


def main():
    job = read_job(VARIANTS)
    options = job.options
    dtype = VARIANTS[job.variant]
    model = Llama(job.folder, options["lora"], dtype)
    autocast = torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16)
    if job.pass_only:
        save_reference(job.reference, reference_pass(job, model, autocast))
        return
    reference = iter(json.loads(job.reference.read_text()))
    adam = options["adam"]
    optimizer = torch.optim.AdamW(
        model.groups(options["weight_decay"]),
        betas=(adam["beta1"], adam["beta2"]),
        eps=adam["epsilon"],
        fused=True,
    )
    trained = model.trained()
    clock = StepClock(job)
    for step in job.steps:
        cached = torch.tensor([next(reference) for _ in step["pairs"]]).T  # [2, P]
        with autocast:
            logps = Batch(step["pairs"], options["pad"], job.variant == "unpadded").logps(model)
            chosen, rejected = logps - cached
            loss = -logsigmoid(options["beta"] * (chosen - rejected)).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, options["max_grad_norm"] or float("inf"))
        for group in optimizer.param_groups:
            group["lr"] = step["learning_rate"]
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        clock.report(loss.item())
    report_end({})


def reference_pass(job, model, autocast):
    """The reference is the model before its first step: the first adapter's B is zero."""
    logps = []
    for step in job.steps:
        with torch.no_grad(), autocast:
            batch = Batch(step["pairs"], job.options["pad"], job.variant == "unpadded")
            logps += batch.logps(model).T.tolist()
    return logps


main()
