"""What the PyTorch sides share: their arguments, the steps they are given and the lines they report."""

import argparse
import json
import resource
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Job:
    """A side's work. `reference` is the file that holds its reference log-probabilities; with `pass_only` it is to be made."""

    folder: Path
    variant: str
    reference: Path
    pass_only: bool
    options: dict

    @property
    def steps(self):
        return self.options["steps"]

    @property
    def pairs(self):
        """Every pair that a step uses, in order, one entry for each use."""
        return [pair for step in self.steps for pair in step["pairs"]]


def read_job(variants):
    """Reads the command line: FOLDER of shared-input.ts, --variant, --reference FILE, --pass-only."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--variant", choices=variants, required=True)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--pass-only", action="store_true")
    given = parser.parse_args()
    options = json.loads((given.folder / "steps.json").read_text())
    return Job(given.folder, given.variant, given.reference, given.pass_only, options)


def report_line(line):
    print(json.dumps(line), flush=True)


def save_reference(file, logps):
    """Keeps `logps`, [[chosen, rejected], ...] in the order of `Job.pairs`, in nats."""
    file.write_text(json.dumps(logps))


class StepClock:
    """Times from one report to the next: all that a step costs counts, its data included."""

    def __init__(self, job):
        self.job = job
        self.step = 0
        self.before = time.perf_counter()

    def start(self):
        self.before = time.perf_counter()

    def report(self, loss):
        now = time.perf_counter()
        pairs = self.job.steps[self.step]["pairs"]
        tokens = sum(2 * len(pair["prompt"]) + len(pair["chosen"]) + len(pair["rejected"]) for pair in pairs)
        line = {"step": self.step, "seconds": now - self.before, "loss": loss, "pairs": len(pairs), "tokens": tokens}
        report_line(line)
        self.step += 1
        self.before = time.perf_counter()


def report_end(versions):
    """The last line of a side: peak resident memory in bytes, versions, threads and device."""
    import torch

    line = {
        "peakBytes": peak_bytes(),
        "versions": {"torch": torch.__version__, **versions},
        "threads": torch.get_num_threads(),
        "device": torch.cuda.get_device_name(0) if torch.cuda.is_available() else "cpu",
    }
    report_line(line)


def peak_bytes():
    """VmHWM of this process, in bytes; where there is no /proc what getrusage says."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
