"""Loads an exported adapter and merged model with PEFT and Transformers and scores the texts that Attune scored, measures the pairs
that it measured, and does the same with a reward model.

Usage: check.py REQUEST.json; prints one JSON object: for each model the largest difference of a summed log-probability, for the reward
models of a reward, and for each measure of pairs the largest difference, of CHES relative to the squared norm that it is a difference of.
"""
import json
import sys

import torch
from measures import pair_measures
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer


def sequence(tokenizer, prompt: str, response: str) -> tuple[list[int], int]:
    """Tokens of both, end-of-sequence token included, and where the response starts: after the longest common prefix."""
    prompt_ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    ids = tokenizer(prompt + response, add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
    start = 0
    while start < len(prompt_ids) and prompt_ids[start] == ids[start]:
        start += 1
    return ids, start


def response_logp(model, tokenizer, prompt: str, response: str) -> tuple[float, int]:
    """Sum over the response's tokens."""
    ids, start = sequence(tokenizer, prompt, response)
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0].float()
    logps = torch.log_softmax(logits[:-1], dim=-1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
    return logps[start - 1 :].sum().item(), len(ids) - start


def compare(model, tokenizer, texts) -> dict:
    worst, worst_per_token, tokens = 0.0, 0.0, 0
    for text in texts:
        logp, count = response_logp(model, tokenizer, text["prompt"], text["response"])
        assert count == text["tokens"], f"{count} tokens here, {text['tokens']} in Attune: {text['response']!r}"
        difference = abs(logp - text["logp"])
        worst, worst_per_token, tokens = max(worst, difference), max(worst_per_token, difference / count), tokens + count
    return {"texts": len(texts), "tokens": tokens, "worst": worst, "worst_per_token": worst_per_token}


def compare_measures(model, tokenizer, pairs) -> dict:
    worst = {"ches": 0.0, "ches_normalised": 0.0, "overlap": 0.0, "edit_distance": 0.0}
    for pair in pairs:
        (chosen, start), (rejected, other) = (
            sequence(tokenizer, pair["prompt"], pair[side]) for side in ("chosen", "rejected")
        )
        if start != other or chosen[:start] != rejected[:start]:
            continue  # The seam lies elsewhere on one side: the prompt is not shared as these measures have it.
        found = pair_measures(model, chosen[:start], chosen[start:], rejected[start:])
        for name, scale in {"ches": "scale", "ches_normalised": "scale_normalised"}.items():
            worst[name] = max(worst[name], abs(found[name] - pair[name]) / found[scale])
        for name in ("overlap", "edit_distance"):
            worst[name] = max(worst[name], abs(found[name] - pair[name]))
    return {"pairs": len(pairs), "worst": worst}


def compare_rewards(model, tokenizer, texts) -> dict:
    worst = 0.0
    for text in texts:
        ids, _ = sequence(tokenizer, text["prompt"], text["response"])
        reward = model(torch.tensor([ids])).logits[0, 0].item()
        worst = max(worst, abs(reward - text["reward"]))
    return {"texts": len(texts), "worst": worst}


def main() -> None:
    with open(sys.argv[1]) as file:
        request = json.load(file)
    torch.set_grad_enabled(False)
    tokenizer = AutoTokenizer.from_pretrained(request["merged"])
    merged = AutoModelForCausalLM.from_pretrained(request["merged"], dtype=torch.float32).eval()
    report = {"merged": compare(merged, tokenizer, request["texts"])}
    del merged
    base = AutoModelForCausalLM.from_pretrained(
        request["base"], dtype=torch.float32, **({"gguf_file": request["gguf"]} if request.get("gguf") else {})
    ).eval()
    report["base"] = compare(base, tokenizer, request["reference"])
    report["measures"] = compare_measures(base, tokenizer, request["measured"])
    report["peft"] = compare(PeftModel.from_pretrained(base, request["peft"]).eval(), tokenizer, request["texts"])
    del base
    rewarded = request["rewarded"]
    judge = AutoModelForSequenceClassification.from_pretrained(rewarded["merged"], dtype=torch.float32).eval()
    report["rewards"] = {"merged": compare_rewards(judge, tokenizer, rewarded["texts"])}
    pad = judge.config.pad_token_id
    del judge
    body = AutoModelForSequenceClassification.from_pretrained(
        request["base"],
        num_labels=1,
        pad_token_id=pad,
        dtype=torch.float32,
        **({"gguf_file": request["gguf"]} if request.get("gguf") else {}),
    ).eval()
    report["rewards"]["peft"] = compare_rewards(
        PeftModel.from_pretrained(body, rewarded["peft"]).eval(), tokenizer, rewarded["texts"]
    )
    print(json.dumps(report))


main()
