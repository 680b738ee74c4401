"""TRL's DPOTrainer on the shared pairs. Nothing of it is changed but where token ids and reference log-probabilities come from."""

import json
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from side import StepClock, read_job, report_end, save_reference

import datasets
import peft
import torch
import transformers
import trl
from datasets import Dataset
from peft import LoraConfig, set_peft_model_state_dict
from safetensors.torch import load_file
from transformers import PrinterCallback
from trl import DPOConfig, DPOTrainer

# Tried once each with SmolLM2 in float32 (LoRA, 4 pairs, two cores of Zen 3, machine not wholly quiet), seconds of steps 0, 1, 2:
# no recomputation 9.6, 35.8, 15.1; the same with the allocator settings of side-process.ts 8.0, 25.5, 9.4; recomputation 12.4,
# 25.0, 15.8; no recomputation, padded to a multiple of 64: 20.6, 34.8, 24.9. Whether recomputation costs time is therefore open.
# The default, {}, is recomputation and bfloat16.
VARIANTS = {
    "default": {},
    "float32": {"bf16": False, "gradient_checkpointing": False},
    "bfloat16": {"bf16": True, "gradient_checkpointing": False},
}


class GivenPairs(DPOTrainer):
    """DPOTrainer that is given token ids and keeps its own precomputed reference in a file of ours."""

    def __init__(self, *args, job, **rest):
        self.job = job
        self.clock = StepClock(job)
        super().__init__(*args, **rest)

    def _prepare_dataset(self, dataset, processing_class, args, dataset_name):
        return dataset

    def _precompute_ref_logps(self, dataset, name, batch_size):
        if self.job.pass_only:
            found = super()._precompute_ref_logps(dataset, name, batch_size)
            save_reference(self.job.reference, list(zip(found["ref_chosen_logps"], found["ref_rejected_logps"])))
            return found
        logps = json.loads(self.job.reference.read_text())
        chosen, rejected = ([pair[side] for pair in logps] for side in (0, 1))
        return dataset.add_column("ref_chosen_logps", chosen).add_column("ref_rejected_logps", rejected)

    def log(self, logs, start_time=None):
        super().log(logs, start_time)
        # The trainer rounds the loss in its logs to four digits: the sum it was made from is kept beside.
        if "loss" in logs:
            self.clock.report(self.step_loss)

    def training_step(self, *args, **rest):
        loss = super().training_step(*args, **rest)
        self.step_loss = loss.item()
        return loss


def config_of(job):
    options = job.options
    # Without a GPU Transformers wants to be told so before it takes bfloat16.
    machine = {} if torch.cuda.is_available() else {"use_cpu": True}
    return DPOConfig(
        output_dir=str(job.folder / "trl"),
        **machine,
        **VARIANTS[job.variant],
        max_steps=len(job.steps),
        per_device_train_batch_size=options["batch"],
        train_sampling_strategy="sequential",
        max_length=None,
        beta=options["beta"],
        learning_rate=options["learning_rate"],
        lr_scheduler_type=options["schedule"] if options["schedule"] != "constant" else "constant_with_warmup",
        weight_decay=options["weight_decay"],
        max_grad_norm=options["max_grad_norm"],
        adam_beta1=options["adam"]["beta1"],
        adam_beta2=options["adam"]["beta2"],
        adam_epsilon=options["adam"]["epsilon"],
        precompute_ref_log_probs=True,
        save_strategy="no",
        report_to="none",
        logging_steps=1,
        disable_tqdm=True,
    )


def lora_of(job):
    lora = job.options["lora"]
    if lora is None:
        return None
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=lora["rank"],
        lora_alpha=lora["alpha"],
        lora_dropout=lora["dropout"],
        target_modules=lora["targets"],
    )


def main():
    job = read_job(VARIANTS)
    columns = ({f"{key}_ids": pair[key] for key in ("prompt", "chosen", "rejected")} for pair in job.pairs)
    trainer = GivenPairs(
        str(job.folder / "model"),
        args=config_of(job),
        train_dataset=Dataset.from_list(list(columns)),
        peft_config=lora_of(job),
        job=job,
    )
    if job.pass_only:
        return
    trainer.remove_callback(PrinterCallback)
    if job.options["lora"] is not None:
        set_peft_model_state_dict(trainer.model, load_file(job.folder / "adapter" / "adapter_model.safetensors"))
    trainer.clock.start()
    trainer.train()
    modules = (trl, transformers, peft, datasets)
    report_end({module.__name__: module.__version__ for module in modules})


main()
