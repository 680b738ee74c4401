"""Measures of a pair as Razin et al. 2024 (arXiv 2410.08847) define them, in PyTorch, one sequence at a time and without padding.

The hidden states are those that enter the language-model head: they are caught there, not looked up by a name.
"""
import torch


def response_states(model, prompt_ids: list[int], response_ids: list[int]) -> tuple[torch.Tensor, float]:
    """States that predict the response's tokens, [tokens, D], and the response's summed log-probability."""
    caught = []
    hook = model.get_output_embeddings().register_forward_pre_hook(lambda _module, inputs: caught.append(inputs[0]))
    try:
        with torch.no_grad():
            logits = model(torch.tensor([prompt_ids + response_ids])).logits[0]
    finally:
        hook.remove()
    start, end = len(prompt_ids) - 1, len(prompt_ids) + len(response_ids) - 1
    logps = torch.log_softmax(logits[start:end], dim=-1)
    own = logps.gather(1, torch.tensor(response_ids)[:, None]).sum().item()
    return caught[0][0, start:end].double(), own


def edit_distance(a: list[int], b: list[int]) -> int:
    """Levenshtein distance, the whole table."""
    table = [[i + j if i == 0 or j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (x != y))
    return table[len(a)][len(b)]


def pair_measures(model, prompt_ids: list[int], chosen_ids: list[int], rejected_ids: list[int]) -> dict:
    """`scale` is the norm of the chosen's summed states, squared: what errors of CHES are measured against."""
    (chosen, chosen_logp), (rejected, rejected_logp) = (
        response_states(model, prompt_ids, response) for response in (chosen_ids, rejected_ids)
    )
    plus, minus = chosen.sum(0), rejected.sum(0)
    mean_plus, mean_minus = chosen.mean(0), rejected.mean(0)
    return {
        "ches": ((plus * minus).sum() - torch.norm(plus) ** 2).item(),
        "ches_normalised": ((mean_plus * mean_minus).sum() - torch.norm(mean_plus) ** 2).item(),
        "scale": (torch.norm(plus) ** 2).item(),
        "scale_normalised": (torch.norm(mean_plus) ** 2).item(),
        "overlap": torch.nn.functional.cosine_similarity(mean_plus, mean_minus, dim=0).item(),
        "edit_distance": edit_distance(chosen_ids, rejected_ids) / max(len(chosen_ids), len(rejected_ids)),
        "chosen": {"logp": chosen_logp, "tokens": len(chosen_ids)},
        "rejected": {"logp": rejected_logp, "tokens": len(rejected_ids)},
    }
