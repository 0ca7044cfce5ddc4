#!/usr/bin/env python3
"""Writes architectures.safetensors: losses and gradients of the other architectures as PyTorch computes them.

    python make_architectures_fixture.py

Per architecture ARCH (left-to-right, shallow-bidirectional, context-free) the file holds random weights
(`ARCH/weights/PARAMETER`, query, key and value of an attention apart), and per head HEAD (pretraining: next tokens, or
for context-free masked tokens; classification) the loss (`ARCH/HEAD/loss`) and every parameter's gradient
(`ARCH/HEAD/gradient/PARAMETER`). `batch/...` is the batch. Every sequence is computed alone, so nothing is padded; dropout is
off. LSTMs are torch.nn.LSTM. `left-to-right+bilstm` has an LSTM in each direction on top of the left-to-right states, with the heads
classification and span.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

FOLDER = Path(__file__).parent
VOCABULARY, WIDTH, LAYERS, HEADS, INNER, POSITIONS, LABELS = 41, 16, 2, 2, 28, 24, 3
LENGTHS = [7, 12, 1, 5, 20]
EPSILON = 1e-12
RADIUS = 5


class Parameters(dict):
    """Random parameters, made when they are first asked for."""

    def get(self, name: str, *shape: int) -> torch.Tensor:
        if name not in self:
            scale = 0.1 if name.endswith("bias") else 0.3
            mean = 1.0 if name.endswith("LayerNorm.weight") else 0.0
            self[name] = (torch.randn(*shape) * scale + mean).requires_grad_()
        return self[name]

    def linear(self, x, name: str, outputs: int):
        return F.linear(x, self.get(f"{name}.weight", outputs, x.shape[-1]), self.get(f"{name}.bias", outputs))

    def norm(self, x, name: str):
        width = x.shape[-1]
        weight, bias = self.get(f"{name}.LayerNorm.weight", width), self.get(f"{name}.LayerNorm.bias", width)
        return F.layer_norm(x, (width,), weight, bias, EPSILON)


def word_table(p: Parameters):
    return p.get("embeddings.word_embeddings.weight", VOCABULARY, WIDTH)


def left_to_right(p: Parameters, ids, types):
    x = word_table(p)[ids]
    x = x + p.get("embeddings.position_embeddings.weight", POSITIONS, WIDTH)[: len(ids)]
    x = p.norm(x + p.get("embeddings.token_type_embeddings.weight", 2, WIDTH)[types], "embeddings")
    hidden = torch.triu(torch.ones(len(ids), len(ids), dtype=torch.bool), diagonal=1)
    for number in range(LAYERS):
        name = f"encoder.layer.{number}"
        parts = [p.linear(x, f"{name}.attention.self.{part}", WIDTH) for part in ("query", "key", "value")]
        q, k, v = (part.view(len(ids), HEADS, -1).transpose(0, 1) for part in parts)
        scores = (q @ k.transpose(1, 2) / q.shape[-1] ** 0.5).masked_fill(hidden, -torch.inf)
        context = (scores.softmax(-1) @ v).transpose(0, 1).reshape(len(ids), WIDTH)
        x = p.norm(x + p.linear(context, f"{name}.attention.output.dense", WIDTH), f"{name}.attention.output")
        inner = F.gelu(p.linear(x, f"{name}.intermediate.dense", INNER))
        x = p.norm(x + p.linear(inner, f"{name}.output.dense", WIDTH), f"{name}.output")
    return {"forward": x, "pooled": x[-1]}


def lstm(p: Parameters, h, name: str):
    width = WIDTH // 2
    cell = torch.nn.LSTM(h.shape[-1], width, bias=True)
    weights = {
        "weight_ih_l0": p.get(f"{name}.input.weight", 4 * width, h.shape[-1]),
        "weight_hh_l0": p.get(f"{name}.hidden.weight", 4 * width, width),
        "bias_ih_l0": p.get(f"{name}.input.bias", 4 * width),
        "bias_hh_l0": torch.zeros(4 * width),
    }
    return torch.func.functional_call(cell, weights, (h,))[0]


def shallow(p: Parameters, ids, types):
    x = word_table(p)[ids] + p.get("embeddings.token_type_embeddings.weight", 2, WIDTH)[types]
    x = p.norm(x, "embeddings")
    states = {}
    for direction in ("forward", "backward"):
        h = x if direction == "forward" else x.flip(0)
        for number in range(LAYERS):
            h = lstm(p, h, f"recurrent.{direction}.{number}")
        states[direction] = h if direction == "forward" else h.flip(0)
    states["pooled"] = torch.cat([states["forward"][-1], states["backward"][0]])
    return states


def context_free(p: Parameters, ids, types):
    x = p.norm(word_table(p)[ids], "embeddings")
    rows = []
    for token in range(len(ids)):
        near = [n for n in range(max(0, token - RADIUS), min(len(ids), token + RADIUS + 1)) if n != token]
        rows.append(x[near].mean(0) if near else torch.zeros(WIDTH))
    return {"masked": torch.stack(rows), "pooled": x.mean(0)}


def token_loss(p: Parameters, states, labels, prefix: str):
    name = f"cls.predictions.{prefix}transform"
    x = p.norm(F.gelu(p.linear(states, f"{name}.dense", WIDTH)), name)
    return F.cross_entropy(F.linear(x, word_table(p), p.get("cls.predictions.bias", VOCABULARY)), labels)


def pretraining(arch: str, p: Parameters, sequences, states):
    if arch == "context-free":
        rows = torch.cat([s["masked"][x["masked"]] for s, x in zip(states, sequences)])
        return token_loss(p, rows, torch.cat([x["maskedLabels"] for x in sequences]), "")
    ids = [x["ids"] for x in sequences]
    losses = []
    for direction in ("forward", "backward") if arch == "shallow-bidirectional" else ("forward",):
        forward = direction == "forward"
        rows = torch.cat([s[direction][:-1] if forward else s[direction][1:] for s in states])
        labels = torch.cat([x[1:] if forward else x[:-1] for x in ids])
        prefix = f"{direction}." if arch == "shallow-bidirectional" else ""
        losses.append(token_loss(p, rows, labels, prefix))
    return sum(losses) / len(losses)


def classification(p: Parameters, sequences, states):
    pooled = torch.tanh(p.linear(torch.stack([s["pooled"] for s in states]), "pooler.dense", WIDTH))
    return F.cross_entropy(p.linear(pooled, "classifier", LABELS), torch.stack([x["label"] for x in sequences]))


def on_top(p: Parameters, head: str, sequences, states):
    forward = [lstm(p, s["forward"], "top.recurrent.forward") for s in states]
    backward = [lstm(p, s["forward"].flip(0), "top.recurrent.backward").flip(0) for s in states]
    if head == "classification":
        ends = torch.stack([torch.cat([f[-1], b[0]]) for f, b in zip(forward, backward)])
        return F.cross_entropy(p.linear(ends, "classifier", LABELS), torch.stack([x["label"] for x in sequences]))
    losses = []
    for f, b in zip(forward, backward):
        logits = p.linear(torch.cat([f, b], 1), "qa_outputs", 2)
        place = torch.tensor([len(f) // 2])
        losses += [F.cross_entropy(logits[None, :, part], place) for part in (0, 1)]
    return sum(losses) / len(losses)


def main() -> None:
    torch.manual_seed(11)
    sequences = []
    for number, length in enumerate(LENGTHS):
        masked = torch.arange(0, length, 3)
        sequences.append(
            {
                "ids": torch.randint(5, VOCABULARY, (length,)),
                "types": (torch.arange(length) >= length // 2).long(),
                "masked": masked,
                "maskedLabels": torch.randint(5, VOCABULARY, (len(masked),)),
                "label": torch.tensor(number % LABELS),
            }
        )
    tensors = {"batch/lengths": torch.tensor(LENGTHS, dtype=torch.int32)}
    for name in ("ids", "types", "masked", "maskedLabels"):
        tensors[f"batch/{name}"] = torch.cat([x[name] for x in sequences]).int()
    tensors["batch/labels"] = torch.stack([x["label"] for x in sequences]).int()
    networks = {
        "left-to-right": left_to_right,
        "shallow-bidirectional": shallow,
        "context-free": context_free,
    }
    for arch, network in networks.items():
        p = Parameters()
        for head in ("pretraining", "classification"):
            for parameter in p.values():
                parameter.grad = None
            states = [network(p, x["ids"], x["types"]) for x in sequences]
            loss = pretraining(arch, p, sequences, states) if head == "pretraining" else classification(p, sequences, states)
            loss.backward()
            print(arch, head, loss.item())
            tensors[f"{arch}/{head}/loss"] = loss.detach()[None]
            for name, parameter in p.items():
                if parameter.grad is not None:
                    tensors[f"{arch}/{head}/gradient/{name}"] = parameter.grad.clone()
        for name, parameter in p.items():
            tensors[f"{arch}/weights/{name}"] = parameter.detach().clone()
    p = Parameters()
    arch = "left-to-right+bilstm"
    for head in ("classification", "span"):
        for parameter in p.values():
            parameter.grad = None
        states = [left_to_right(p, x["ids"], x["types"]) for x in sequences]
        loss = on_top(p, head, sequences, states)
        loss.backward()
        print(arch, head, loss.item())
        tensors[f"{arch}/{head}/loss"] = loss.detach()[None]
        for name, parameter in p.items():
            if parameter.grad is not None:
                tensors[f"{arch}/{head}/gradient/{name}"] = parameter.grad.clone()
    for name, parameter in p.items():
        tensors[f"{arch}/weights/{name}"] = parameter.detach().clone()
    save_file(tensors, FOLDER / "architectures.safetensors")


if __name__ == "__main__":
    main()
