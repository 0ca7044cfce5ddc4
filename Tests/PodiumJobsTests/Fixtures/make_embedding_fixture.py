#!/usr/bin/env python3
"""Vectors of a few texts by transformers, for the tests of PodiumJobs' embedding.

    pip install torch transformers numpy safetensors
    python3 make_embedding_fixture.py ../../PodiumBERTTests/Fixtures/tiny-bert embedding.safetensors

The model is the tiny one of PodiumBERTTests, random weights and all. For every text it stores
  none/N   every token's last state, [tokens, width]
  cls/N    the first token's
  mean/N   the mean over all tokens, [CLS] and [SEP] too (sentence-transformers' mean pooling)
  word/N   for every word the mean over its pieces, [words, width]; words are the pre-tokenizer's (`word_ids`)
  sum/N    the mean over tokens of the sum of the last two layers
  concat/N the mean over tokens of the last two layers, side by side, the last first
and writes the texts to embedding.txt, a line each.
"""
import sys

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel
from safetensors.torch import load_file

folder, output = sys.argv[1:]
vocabulary = {line.rstrip("\n"): number for number, line in enumerate(open(f"{folder}/vocab.txt", encoding="utf-8"))}
TEXTS = [line.rstrip("\n") for line in open("embedding.txt", encoding="utf-8")]

tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
tokenizer.post_processor = processors.BertProcessing(
    ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"]))
model = BertModel(BertConfig.from_pretrained(folder), add_pooling_layer=False)
weights = load_file(f"{folder}/model.safetensors")
own = {name.removeprefix("bert."): tensor.float() for name, tensor in weights.items()}
missing, _ = model.load_state_dict(own, strict=False)
assert not [name for name in missing if "position_ids" not in name], missing
model.eval()

tensors = {}
for number, text in enumerate(TEXTS):
    first, _, second = text.strip().rpartition(" ||| ")
    encoding = tokenizer.encode(first, second) if first else tokenizer.encode(second)
    with torch.no_grad():
        states = model(input_ids=torch.tensor([encoding.ids]), token_type_ids=torch.tensor([encoding.type_ids]),
                       output_hidden_states=True).hidden_states
    last = states[-1][0]
    tensors[f"none/{number}"] = last
    tensors[f"cls/{number}"] = last[0]
    tensors[f"mean/{number}"] = last.mean(0)
    words, keys = [], list(zip(encoding.word_ids, encoding.sequence_ids))
    for place, key in enumerate(keys):
        if key[0] is None:
            continue
        if not words or words[-1][0] != key:
            words.append((key, []))
        words[-1][1].append(place)
    tensors[f"word/{number}"] = (torch.stack([last[places].mean(0) for _, places in words])
                                 if words else torch.zeros(0, last.shape[1]))
    tensors[f"sum/{number}"] = (states[-1][0] + states[-2][0]).mean(0)
    tensors[f"concat/{number}"] = torch.cat([states[-1][0], states[-2][0]], 1).mean(0)
save_file({name: tensor.clone().contiguous() for name, tensor in tensors.items()}, output)
