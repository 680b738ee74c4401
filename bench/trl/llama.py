"""A Llama of plain PyTorch operations, with LoRA by hand; maps that read the same input are one product."""

import json

import torch
from safetensors.torch import load_file
from torch.nn.functional import embedding, linear, rms_norm, scaled_dot_product_attention, silu

# Linear maps that share an input and run as one product of stacked weights.
STACKS = {
    "qkv": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
    "o": ["self_attn.o_proj"],
    "gate_up": ["mlp.gate_proj", "mlp.up_proj"],
    "down": ["mlp.down_proj"],
}


class Stack:
    """Linear maps of one input as one: y = x W^T + scale (x A^T) B^T, each map with an A and B of its own.

    W is [sum of outs, in]. The A of all maps are one matrix [maps * r, in]; B stay apart, as each reads its own r columns.
    """

    def __init__(self, weights, adapters, scale, dtype):
        self.sizes = [len(weight) for weight in weights]
        self.scale = scale
        # A frozen weight is kept in the type the products read; a trained one stays float32 and is cast by autocast.
        self.weight = torch.cat(weights) if adapters is None else torch.cat(weights).to(dtype)
        self.A = self.B = None
        if adapters is None:
            self.weight.requires_grad_()
        else:
            self.A = torch.cat([A for A, _ in adapters]).requires_grad_()
            self.B = [B.clone().requires_grad_() for _, B in adapters]

    def parameters(self):
        return [self.weight] if self.A is None else [self.A, *self.B]

    def __call__(self, x):
        outs = linear(x, self.weight).split(self.sizes, dim=-1)
        if self.A is None:
            return outs
        inner = (linear(x, self.A) * self.scale).chunk(len(self.B), dim=-1)
        return [out + linear(small, B) for out, small, B in zip(outs, inner, self.B)]


class Llama:
    """The policy. `lora` is null for full tuning; then every weight is trained, in float32."""

    def __init__(self, folder, lora, dtype):
        self.config = json.loads((folder / "model" / "config.json").read_text())
        if self.config["model_type"] != "llama" or self.config.get("rope_scaling"):
            raise SystemExit("The lean loop knows plain Llama models only. Leave its sides out with --sides.")
        weights = load_file(folder / "model" / "model.safetensors")
        adapter = load_file(folder / "adapter" / "adapter_model.safetensors") if lora else {}
        self.dtype = dtype
        self.full = lora is None
        scale = lora["alpha"] / lora["rank"] if lora else 0.0

        def stack(layer, modules):
            names = [f"model.layers.{layer}.{module}" for module in modules]
            pairs = [
                tuple(adapter[f"base_model.model.{name}.lora_{side}.weight"] for side in "AB") for name in names if lora
            ]
            return Stack([weights[f"{name}.weight"] for name in names], pairs or None, scale, dtype)

        layers = range(self.config["num_hidden_layers"])
        self.stacks = [{key: stack(layer, modules) for key, modules in STACKS.items()} for layer in layers]
        self.norms = [
            [weights[f"model.layers.{layer}.{name}_layernorm.weight"] for name in ("input", "post_attention")]
            for layer in layers
        ]
        self.norm = weights["model.norm.weight"]
        self.embedding = weights["model.embed_tokens.weight"]
        own_head = weights.get("lm_head.weight")
        self.head = self.embedding if own_head is None else own_head
        if self.full:
            for weight in self._others():
                weight.requires_grad_()
        else:
            self.head = self.head.to(dtype)

    def _others(self):
        """What is no linear map of a block, each tensor once."""
        tied = [self.embedding] if self.head is self.embedding else [self.embedding, self.head]
        return [*tied, self.norm, *(norm for pair in self.norms for norm in pair)]

    def trained(self):
        stacked = [weight for stacks in self.stacks for stack in stacks.values() for weight in stack.parameters()]
        return [*stacked, *self._others()] if self.full else stacked

    def groups(self, weight_decay):
        """Parameter groups of the optimiser: no decay for norms, as Hugging Face has it."""
        wide = [weight for weight in self.trained() if weight.ndim > 1]
        narrow = [weight for weight in self.trained() if weight.ndim == 1]
        groups = [{"params": wide, "weight_decay": weight_decay}, {"params": narrow, "weight_decay": 0.0}]
        return [group for group in groups if group["params"]]

    def rotation(self, lengths):
        """cos and sin of the angles of rows one after another, [sum of lengths, Dh] each, in Hugging Face's half-split layout."""
        Dh = self._head_dim()
        frequencies = self._theta() ** (-torch.arange(0, Dh, 2, dtype=torch.float32) / Dh)
        positions = torch.cat([torch.arange(length, dtype=torch.float32) for length in lengths])
        angles = positions[:, None] * frequencies
        angles = torch.cat([angles, angles], dim=-1)
        cos, sin = angles.cos(), angles.sin()
        sin[:, : Dh // 2] *= -1
        return cos.to(self.dtype), sin.to(self.dtype)

    def _head_dim(self):
        return self.config.get("head_dim") or self.config["hidden_size"] // self.config["num_attention_heads"]

    def _theta(self):
        return self.config.get("rope_theta") or self.config["rope_parameters"]["rope_theta"]

    def hidden(self, ids, lengths=None):
        """Hidden states before the head, [B, T, D]. ids are [B, T]: padding on the right is read by nobody, so causal is all
        the mask. With `lengths`, ids are [1, T]: rows of those lengths one after another, attended to one by one."""
        B, T = ids.shape
        heads, groups = self.config["num_attention_heads"], self.config["num_key_value_heads"]
        Dh, eps = self._head_dim(), self.config["rms_norm_eps"]
        cos, sin = self.rotation(lengths or [T])

        def split(y, count):
            return y.view(B, T, count, Dh).transpose(1, 2)  # [B, count, T, Dh]

        def rotated(y):
            return y * cos + y.roll(Dh // 2, dims=-1) * sin

        def normed(x, weight):
            return rms_norm(x, (x.shape[-1],), weight, eps).to(self.dtype)

        x = embedding(ids, self.embedding)  # [B, T, D]
        for stacks, (first, second) in zip(self.stacks, self.norms):
            q, k, v = stacks["qkv"](normed(x, first))
            q, k, v = rotated(split(q, heads)), rotated(split(k, groups)), split(v, groups)
            k, v = (y.repeat_interleave(heads // groups, dim=1) for y in (k, v))
            rows = zip(*(y.split(lengths or [T], dim=2) for y in (q, k, v)))
            attended = [scaled_dot_product_attention(*row, is_causal=True) for row in rows]
            context = torch.cat(attended, dim=2)
            x = x + stacks["o"](context.transpose(1, 2).reshape(B, T, heads * Dh))[0]
            gate, up = stacks["gate_up"](normed(x, second))
            x = x + stacks["down"](silu(gate) * up)[0]
        return rms_norm(x, (x.shape[-1],), self.norm, eps)

    def logits(self, read):
        return linear(read.to(self.dtype), self.head)
