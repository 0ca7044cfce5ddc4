#!/usr/bin/env python3
"""Fine-tunes a BERT checkpoint with transformers and PyTorch, to compare Podium's dev scores with.

Same checkpoint, hyper-parameters and recipe as `jobs/real-minilm.yaml`:
batch 32, 3 epochs, learning rate 5e-5, linear schedule with 10 % warm-up,
length 128, dropout 0.1, AdamW without bias correction (epsilon 1e-6, decoupled
decay 0.01 but not for biases and layer norms), global-norm clipping at 1.0.
SQuAD: the first 2,000 training questions, 2 epochs, batch 16, length 384,
stride 128, scored on the first 1,000 dev questions.

Batches are shuffled plainly, as Podium's are, and padded to their longest row.
With --bf16 products run in bfloat16 autocast, which only saves time. So does
--group-by-length (transformers' own: shuffled mega-batches of 50 batches, each
sorted), but it is another training order: on CoLA it gives other scores.

Results are appended to --out as JSON lines; what is there already is not done
again, so the script can be stopped and started.

    pip install torch transformers scipy scikit-learn
    python3 finetune_transformers.py --model DIR --data ROOT --out results.jsonl
"""
import argparse
import collections
import json
import os
import re
import string
import time

import numpy
import torch
from scipy import stats
from sklearn import metrics
from transformers import AutoConfig, BertForQuestionAnswering, BertForSequenceClassification, BertTokenizerFast

TASKS = {
    "glue/RTE": dict(folder="RTE", columns=("sentence1", "sentence2"), labels=["entailment", "not_entailment"]),
    "glue/MRPC": dict(folder="MRPC", columns=("#1 String", "#2 String"), labels=["0", "1"], label="Quality"),
    "glue/CoLA": dict(folder="CoLA", columns=None, labels=["0", "1"]),
    "glue/STS-B": dict(folder="STS-B", columns=("sentence1", "sentence2"), labels=None, label="score"),
}


SUITE = ["glue/RTE", "glue/MRPC", "glue/CoLA", "glue/STS-B", "squad/v1.1"]
BF16 = False
GROUP_BY_LENGTH = False


class ReleaseAdamW(torch.optim.Optimizer):
    """Adam as the 2018 release has it: decoupled decay, no bias correction."""

    def __init__(self, groups, lr):
        super().__init__(groups, dict(lr=lr, decay=0.0))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["m"], state["v"] = torch.zeros_like(p), torch.zeros_like(p)
                m, v = state["m"], state["v"]
                m.mul_(0.9).add_(p.grad, alpha=0.1)
                v.mul_(0.999).addcmul_(p.grad, p.grad, value=0.001)
                update = m / (v.sqrt() + 1e-6)
                if group["decay"] > 0:
                    update.add_(p, alpha=group["decay"])
                p.add_(update, alpha=-group["lr"])


def read_rows(root, task, split):
    info = TASKS[task]
    path = os.path.join(root, info["folder"], split + ".tsv")
    lines = open(path, encoding="utf-8-sig", newline="").read().split("\n")
    rows = [line.rstrip("\r").split("\t") for line in lines if line.strip("\r")]
    if info["columns"] is None:  # CoLA: no header; source, label, mark, sentence
        return [((row[3],), row[1]) for row in rows]
    header, rows = rows[0], rows[1:]
    first, second = (header.index(name) for name in info["columns"])
    label = header.index(info["label"]) if "label" in info else len(header) - 1
    return [((row[first], row[second]), row[label]) for row in rows]


def batches(order, size):
    return [order[i:i + size] for i in range(0, len(order), size)]


def shuffled(examples, size, generator):
    """An epoch's batches of row numbers; with --group-by-length each holds rows of like length."""
    order = generator.permutation(len(examples))
    if not GROUP_BY_LENGTH:
        return batches(order, size)
    mega = size * 50
    result = []
    for i in range(0, len(order), mega):
        part = sorted(order[i:i + mega], key=lambda k: -len(examples[k]["input_ids"]))
        result += batches(part, size)
    generator.shuffle(result)
    return result


def train(model, examples, collate, epochs, batch_size, rate, seed, report):
    decayed = [p for n, p in model.named_parameters() if "bias" not in n and "LayerNorm" not in n]
    others = [p for n, p in model.named_parameters() if "bias" in n or "LayerNorm" in n]
    optimizer = ReleaseAdamW([dict(params=decayed, decay=0.01), dict(params=others)], lr=rate)
    generator = numpy.random.default_rng(seed)
    per_epoch = (len(examples) + batch_size - 1) // batch_size
    total, step, start = per_epoch * epochs, 0, time.time()
    warm = int(total * 0.1)
    model.train()
    for _ in range(epochs):
        for chosen in shuffled(examples, batch_size, generator):
            factor = step / max(1, warm) if step < warm else (total - step) / max(1, total - warm)
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
            with torch.autocast("cpu", torch.bfloat16, enabled=BF16):
                loss = model(**collate([examples[i] for i in chosen])).loss
            model.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            if step % 20 == 0:
                left = (time.time() - start) / step * (total - step)
                print(f"{report} step {step}/{total} loss {loss.item():.4f} left {left:.0f}s", flush=True)
    return time.time() - start


def pad(rows, key, value=0):
    longest = max(len(r[key]) for r in rows)
    return torch.tensor([list(r[key]) + [value] * (longest - len(r[key])) for r in rows])


def collate_inputs(rows):
    return dict(
        input_ids=pad(rows, "input_ids"),
        token_type_ids=pad(rows, "token_type_ids"),
        attention_mask=pad(rows, "attention_mask"),
    )


def glue(model_dir, root, task, seed):
    labels = TASKS[task]["labels"]
    tokenizer = BertTokenizerFast(os.path.join(model_dir, "vocab.txt"), do_lower_case=True)
    config = AutoConfig.from_pretrained(model_dir, num_labels=len(labels) if labels else 1)
    torch.manual_seed(seed)
    model = BertForSequenceClassification.from_pretrained(model_dir, config=config)

    def encode(split):
        result = []
        for texts, label in read_rows(root, task, split):
            row = tokenizer(*texts, truncation=True, max_length=128)
            row["label"] = labels.index(label) if labels else float(label)
            result.append(row)
        return result

    def collate(rows):
        kind = torch.long if labels else torch.float
        return dict(collate_inputs(rows), labels=torch.tensor([r["label"] for r in rows], dtype=kind))

    seconds = train(model, encode("train"), collate, 3, 32, 5e-5, seed, f"{task} seed {seed}")
    dev = encode("dev")
    order = sorted(range(len(dev)), key=lambda i: len(dev[i]["input_ids"]))
    logits = [None] * len(dev)
    model.eval()
    with torch.no_grad():
        for chosen in batches(order, 64):
            for i, row in zip(chosen, model(**collate_inputs([dev[i] for i in chosen])).logits.numpy()):
                logits[i] = row
    logits, gold = numpy.array(logits), numpy.array([r["label"] for r in dev])
    if labels is None:
        values = logits[:, 0]
        pearson, spearman = stats.pearsonr(values, gold)[0], stats.spearmanr(values, gold)[0]
        return dict(pearson=float(pearson), spearman=float(spearman)), (pearson + spearman) / 2, seconds
    predicted = logits.argmax(1)
    if task == "glue/CoLA":
        value = metrics.matthews_corrcoef(gold, predicted)
        return dict(matthews=float(value)), value, seconds
    accuracy = float((predicted == gold).mean())
    if task == "glue/MRPC":
        f1 = float(metrics.f1_score(gold, predicted))
        return dict(accuracy=accuracy, f1=f1), (accuracy + f1) / 2, seconds
    return dict(accuracy=accuracy), accuracy, seconds


# --- SQuAD ---------------------------------------------------------------------------------------------------------

def questions(path, limit):
    result = []
    for article in json.load(open(path, encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                result.append((qa["id"], qa["question"].strip(), paragraph["context"], qa["answers"]))
    return result[:limit]


def windows(tokenizer, rows):
    batch = tokenizer(
        [r[1] for r in rows], [r[2] for r in rows], truncation="only_second", max_length=384, stride=128,
        return_overflowing_tokens=True, return_offsets_mapping=True,
    )
    result = []
    for i, source in enumerate(batch["overflow_to_sample_mapping"]):
        window = {k: batch[k][i] for k in ("input_ids", "token_type_ids", "attention_mask")}
        window["offsets"] = [o if s == 1 else None for o, s in zip(batch["offset_mapping"][i], batch.sequence_ids(i))]
        window["row"] = source
        result.append(window)
    return result


def words(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def span_scores(prediction, answers):
    exact, best = 0.0, 0.0
    p = words(prediction)
    for answer in answers:
        g = words(answer)
        exact = max(exact, float(p == g))
        same = sum((collections.Counter(p) & collections.Counter(g)).values())
        if same:
            precision, recall = same / len(p), same / len(g)
            best = max(best, 2 * precision * recall / (precision + recall))
    return exact, best


def squad(model_dir, root, seed):
    tokenizer = BertTokenizerFast(os.path.join(model_dir, "vocab.txt"), do_lower_case=True)
    torch.manual_seed(seed)
    model = BertForQuestionAnswering.from_pretrained(model_dir)
    rows = questions(os.path.join(root, "train-v1.1.json"), 2000)
    examples = windows(tokenizer, rows)
    for window in examples:
        answer = rows[window["row"]][3][0]
        begin, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
        inside = [i for i, o in enumerate(window["offsets"]) if o and o[0] < end and o[1] > begin]
        offsets = [o for o in window["offsets"] if o]
        whole = inside and offsets[0][0] <= begin and offsets[-1][1] >= end
        window["start"], window["end"] = (inside[0], inside[-1]) if whole else (0, 0)

    def collate(chosen):
        return dict(
            collate_inputs(chosen),
            start_positions=torch.tensor([w["start"] for w in chosen]),
            end_positions=torch.tensor([w["end"] for w in chosen]),
        )

    seconds = train(model, examples, collate, 2, 16, 5e-5, seed, f"squad seed {seed}")
    rows = questions(os.path.join(root, "dev-v1.1.json"), 1000)
    dev = windows(tokenizer, rows)
    answers = {}
    model.eval()
    with torch.no_grad():
        for chosen in batches(sorted(dev, key=lambda w: len(w["input_ids"])), 16):
            output = model(**collate_inputs(chosen))
            for i, window in enumerate(chosen):
                start, end = output.start_logits[i].numpy(), output.end_logits[i].numpy()
                usable = [j for j, o in enumerate(window["offsets"]) if o]
                starts = sorted(usable, key=lambda j: -start[j])[:20]
                ends = sorted(usable, key=lambda j: -end[j])[:20]
                for s in starts:
                    for e in ends:
                        if s <= e < s + 30:
                            score = float(start[s] + end[e])
                            if score > answers.get(window["row"], (-1e9, ""))[0]:
                                text = rows[window["row"]][2][window["offsets"][s][0]:window["offsets"][e][1]]
                                answers[window["row"]] = (score, text)
    pairs = [span_scores(answers.get(i, (0, ""))[1], [a["text"] for a in r[3]]) for i, r in enumerate(rows)]
    exact, f1 = (100 * float(numpy.mean([p[k] for p in pairs])) for k in (0, 1))
    return dict(exact_match=exact, f1=f1), (exact + f1) / 200, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True, help="folder with glue/ and squad/")
    parser.add_argument("--out", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--group-by-length", action="store_true")
    parser.add_argument("--tasks", nargs="+", choices=SUITE, default=SUITE)
    options = parser.parse_args()
    global BF16, GROUP_BY_LENGTH
    BF16, GROUP_BY_LENGTH = options.bf16, options.group_by_length
    torch.set_num_threads(options.threads)
    done = set()
    if os.path.exists(options.out):
        done = {(r["task"], r["seed"]) for r in map(json.loads, open(options.out))}
    for seed in range(1, options.seeds + 1):
        for task in options.tasks:
            if (task, seed) in done:
                continue
            if task == "squad/v1.1":
                values, score, seconds = squad(options.model, os.path.join(options.data, "squad"), seed)
            else:
                values, score, seconds = glue(options.model, os.path.join(options.data, "glue"), task, seed)
            row = dict(task=task, seed=seed, metrics=values, score=float(score), seconds=seconds)
            print(json.dumps(row), flush=True)
            with open(options.out, "a") as out:
                out.write(json.dumps(row) + "\n")


main()
