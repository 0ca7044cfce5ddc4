#!/usr/bin/env python3
"""Writes tiny-bert/ and tiny-bert-steps.safetensors: gradients and optimizer steps as PyTorch computes them.

    python make_training_fixture.py

tiny-bert/ is a model folder of random weights with the heads of all tasks, written under transformers' names. The
other file holds a batch of four sequences, and per head NAME the loss (`NAME/loss`) and the gradient of every parameter
(`NAME/gradient/PARAMETER`); for classification and pre-training also the parameters after three steps on that batch
(`NAME/stepped/PARAMETER`). Dropout is off. The regression and span models use the tanh form of GELU, the others erf.
The steps are those of optimization.py: gradients clipped to a global norm of 1, Adam without bias correction, decoupled
decay of 0.01 on all but biases and layer norms. Losses are written out, so that padding counts nowhere.
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import BertConfig, BertForPreTraining
from transformers.activations import ACT2FN

FOLDER = Path(__file__).parent
LABELS = 3
LENGTHS = [7, 12, 5, 20]
RATES = [1e-2, 5e-3, 2e-3]
STEPPED = ["classification", "pretraining"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def make_model() -> tuple[BertForPreTraining, dict[str, torch.Tensor]]:
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=41,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=28,
        max_position_embeddings=24,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
    )
    model = BertForPreTraining(config)
    for name, parameter in model.named_parameters():
        scale = 0.1 if name.endswith("bias") else 0.3
        torch.nn.init.normal_(parameter, mean=1.0 if "LayerNorm.weight" in name else 0.0, std=scale)
    heads = {
        "classifier.weight": torch.randn(LABELS, 16) * 0.3,
        "classifier.bias": torch.randn(LABELS) * 0.1,
        "qa_outputs.weight": torch.randn(2, 16) * 0.3,
        "qa_outputs.bias": torch.randn(2) * 0.1,
    }
    return model, heads


def make_batch() -> dict[str, torch.Tensor]:
    count, width = len(LENGTHS), max(LENGTHS)
    ids = torch.randint(5, 41, (count, width))
    types = torch.zeros(count, width, dtype=torch.long)
    mask = torch.zeros(count, width, dtype=torch.long)
    for row, length in enumerate(LENGTHS):
        mask[row, :length] = 1
        types[row, length // 2 : length] = 1
    return {
        "ids": ids,
        "types": types,
        "mask": mask,
        "labels": torch.tensor([2, 0, 1, 1]),
        "targets": torch.tensor([0.5, 4.2, 2.0, 5.0]),
        "starts": torch.tensor([1, 3, 4, 0]),
        "ends": torch.tensor([2, 11, 4, 19]),
        "next": torch.tensor([0, 1, 1, 0]),
        # Row and column of each masked token.
        "masked": torch.tensor([[0, 3], [1, 1], [1, 8], [2, 2], [3, 0], [3, 13], [3, 19]]),
        "maskedLabels": torch.tensor([6, 40, 5, 17, 2, 9, 33]),
    }


def loss_of(head: str, model, heads, batch) -> torch.Tensor:
    output = model.bert(input_ids=batch["ids"], token_type_ids=batch["types"], attention_mask=batch["mask"])
    hidden, pooled = output.last_hidden_state, output.pooler_output
    if head == "classification":
        return F.cross_entropy(F.linear(pooled, heads["classifier.weight"], heads["classifier.bias"]), batch["labels"])
    if head == "regression":
        # One output: the first row of the classifier's.
        scores = F.linear(pooled, heads["classifier.weight"][:1], heads["classifier.bias"][:1])
        return F.mse_loss(scores[:, 0], batch["targets"])
    if head == "span":
        logits = F.linear(hidden, heads["qa_outputs.weight"], heads["qa_outputs.bias"])
        logits = logits.masked_fill(batch["mask"][:, :, None] == 0, -torch.inf)
        start = F.cross_entropy(logits[:, :, 0], batch["starts"])
        return (start + F.cross_entropy(logits[:, :, 1], batch["ends"])) / 2
    predictions, following = model.cls(hidden, pooled)
    chosen = predictions[batch["masked"][:, 0], batch["masked"][:, 1]]
    return F.cross_entropy(chosen, batch["maskedLabels"]) + F.cross_entropy(following, batch["next"])


def all_parameters(model, heads) -> dict[str, torch.Tensor]:
    return dict(model.named_parameters()) | heads


def steps(head: str, parameters: dict[str, torch.Tensor], model, heads, batch, tensors) -> None:
    moments = {name: (torch.zeros_like(p), torch.zeros_like(p)) for name, p in parameters.items()}
    used: list[str] = []
    for number, rate in enumerate(RATES):
        for parameter in parameters.values():
            parameter.grad = None
        loss = loss_of(head, model, heads, batch)
        loss.backward()
        if number == 0:
            used = [name for name, p in parameters.items() if p.grad is not None]
            tensors[f"{head}/loss"] = loss.detach()[None]
            for name in used:
                tensors[f"{head}/gradient/{name}"] = parameters[name].grad.clone()
        norm = torch.sqrt(sum((parameters[name].grad ** 2).sum() for name in used))
        if number == 0:
            print(head, "loss", loss.item(), "norm", norm.item())
        with torch.no_grad():
            for name in used:
                parameter, (m, v) = parameters[name], moments[name]
                gradient = parameter.grad / max(norm.item(), 1.0)
                m.mul_(0.9).add_(gradient, alpha=0.1)
                v.mul_(0.999).add_(gradient**2, alpha=0.001)
                update = m / (v.sqrt() + 1e-6)
                if not name.endswith("bias") and "LayerNorm" not in name:
                    update = update + 0.01 * parameter
                parameter.sub_(rate * update)
    for name in used if head in STEPPED else []:
        tensors[f"{head}/stepped/{name}"] = parameters[name].detach().clone()


def main() -> None:
    model, heads = make_model()
    batch = make_batch()
    start = {name: p.detach().clone() for name, p in all_parameters(model, heads).items()}
    for head in heads.values():
        head.requires_grad_(True)

    folder = FOLDER / "tiny-bert"
    folder.mkdir(exist_ok=True)
    save_file(start, folder / "model.safetensors", metadata={"format": "pt"})
    config = {k: v for k, v in model.config.to_dict().items() if k in BERT_KEYS}
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    pieces = SPECIAL + [chr(ord("a") + i) for i in range(26)] + ["##" + chr(ord("a") + i) for i in range(10)]
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n")

    tensors: dict[str, torch.Tensor] = {}
    for name, value in batch.items():
        tensors[f"batch/{name}"] = value.to(torch.float32 if name == "targets" else torch.int32)
    tensors["batch/lengths"] = torch.tensor(LENGTHS, dtype=torch.int32)
    tensors["batch/rates"] = torch.tensor(RATES)
    for head in ["classification", "regression", "span", "pretraining"]:
        with torch.no_grad():
            for name, parameter in all_parameters(model, heads).items():
                parameter.copy_(start[name])
        for layer in model.bert.encoder.layer:
            layer.intermediate.intermediate_act_fn = ACT2FN["gelu" if head in STEPPED else "gelu_new"]
        steps(head, all_parameters(model, heads), model, heads, batch, tensors)
    save_file(tensors, FOLDER / "tiny-bert-steps.safetensors")


BERT_KEYS = {
    "attention_probs_dropout_prob",
    "hidden_act",
    "hidden_dropout_prob",
    "hidden_size",
    "initializer_range",
    "intermediate_size",
    "layer_norm_eps",
    "max_position_embeddings",
    "model_type",
    "num_attention_heads",
    "num_hidden_layers",
    "type_vocab_size",
    "vocab_size",
}

if __name__ == "__main__":
    main()
