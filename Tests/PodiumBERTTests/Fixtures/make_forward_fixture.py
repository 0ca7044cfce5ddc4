#!/usr/bin/env python3
"""Writes minilm-forward.safetensors: what transformers computes from minilm-l6 on real sentence pairs.

    python make_forward_fixture.py MRPC/dev.tsv MODEL_FOLDER

The first 32 pairs of MRPC's dev.tsv go through BertModel in float32, each alone (no padding). The file holds, for the
embeddings and each layer, every STRIDE-th number of the packed hidden states [tokens, 384] (the stride is a prime, so
all rows and columns are met), their largest magnitude and their mean; the logits of a classification head of seeded
weights, and that head. Sentences are not stored, only their token count.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from transformers import BertModel, BertTokenizer

PAIRS = 32
LABELS = 3
STRIDE = 67


def main(data: Path, folder: Path) -> None:
    torch.manual_seed(1)
    tokenizer = BertTokenizer.from_pretrained(folder)
    model = BertModel.from_pretrained(folder, attn_implementation="eager").float().eval()
    head = torch.nn.Linear(model.config.hidden_size, LABELS)
    torch.nn.init.normal_(head.weight, std=0.5)
    torch.nn.init.normal_(head.bias, std=0.5)

    lines = data.read_text(encoding="utf-8-sig").split("\n")[1 : PAIRS + 1]
    states: list[list[torch.Tensor]] = []
    logits = []
    tokens = 0
    for line in lines:
        first, second = line.split("\t")[3:5]
        encoded = tokenizer(first, second, return_tensors="pt")
        tokens += encoded["input_ids"].shape[1]
        with torch.no_grad():
            output = model(**encoded, output_hidden_states=True)
            logits.append(head(output.pooler_output)[0])
        states.append([state[0] for state in output.hidden_states])

    tensors = {
        "classifier.weight": head.weight.detach().numpy(),
        "classifier.bias": head.bias.detach().numpy(),
        "logits": torch.stack(logits).numpy(),
        "tokens": np.array([tokens], dtype=np.int32),
    }
    for number in range(len(states[0])):
        packed = torch.cat([layers[number] for layers in states]).numpy().ravel()
        tensors[f"state.{number}"] = packed[::STRIDE].copy()
        facts = [np.abs(packed).max(), packed.astype(np.float64).mean()]
        tensors[f"facts.{number}"] = np.array(facts, dtype=np.float32)
    save_file(tensors, Path(__file__).with_name("minilm-forward.safetensors"), metadata={"stride": str(STRIDE)})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
