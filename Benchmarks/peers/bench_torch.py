#!/usr/bin/env python3
"""Times BERT training steps and inference of PyTorch + transformers against `podium bench engine`, in turns.

The same work on both sides: sizes, batches, dropout, clipping at 1.0, AdamW. In
every round each side measures once, so that both see the same machine; medians
are compared. A ratio above 1 means that Podium is faster.

full-rows      random tokens, every row full
CoLA, STS-B …  batches of the real task's first epoch, on both sides evenly from
               all of them by their tokens. "padded" pads to 128 (384
               for SQuAD) as run_glue and run_qa do by default; "dynamic" pads to
               the longest row of batches grouped by length
inference      the same for whole development sets (1,000 SQuAD questions)

With --device cuda both sides compute on the first GPU, Podium through the plug-in that
`podium device install cuda` fetches; --batch-rows makes batches of full rows as large as it likes.

    pip install torch transformers
    python3 bench_torch.py --podium podium --vocab vocab.txt --data ROOT --rounds 3

Prints JSON lines: name, the peer's kind, both sides' seconds (or examples/s), their ratio.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

SIZES = {  # layers, width, heads, rows, length: as BenchShape has them
    "tiny": (2, 128, 2, 32, 128),
    "mini": (4, 256, 4, 32, 128),
    "small": (4, 512, 8, 32, 128),
    "minilm-l6": (6, 384, 12, 32, 128),
    "base": (12, 768, 12, 8, 128),
    "base-384": (12, 768, 12, 4, 384),
}
TASKS = {"CoLA": (None, 128, 32), "STS-B": (("sentence1", "sentence2"), 128, 32),
         "MRPC": (("#1 String", "#2 String"), 128, 32), "RTE": (("sentence1", "sentence2"), 128, 32)}


# --- The peer, in a process of its own -------------------------------------------------------------------------------

def peer_model(size, span=False):
    import torch
    from transformers import BertConfig, BertForQuestionAnswering, BertForSequenceClassification
    layers, width, heads, _, _ = SIZES[size]
    config = BertConfig(vocab_size=30522, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads,
                        intermediate_size=4 * width)
    torch.manual_seed(1)
    return (BertForQuestionAnswering if span else BertForSequenceClassification)(config)


def encode(data, vocab, name, split):
    from transformers import BertTokenizerFast
    tokenizer = BertTokenizerFast(vocab, do_lower_case=True)
    if name == "SQuAD":
        root = os.path.join(data, "squad")
        root = root if os.path.isdir(root) else data
        with open(os.path.join(root, f"{split}-v1.1.json"), encoding="utf-8") as file:
            articles = json.load(file)["data"]
        rows = [(qa["question"], paragraph["context"]) for article in articles for paragraph in article["paragraphs"]
                for qa in paragraph["qas"]][:20000 if split == "train" else 1000]
        return tokenizer([r[0] for r in rows], [r[1] for r in rows], truncation="only_second", max_length=384,
                         stride=128, return_overflowing_tokens=True)["input_ids"]
    columns, length, _ = TASKS[name]
    root = os.path.join(data, "glue")
    path = os.path.join(root if os.path.isdir(root) else data, name, split + ".tsv")
    lines = [line.rstrip("\r").split("\t")
             for line in open(path, encoding="utf-8-sig", newline="").read().split("\n") if line.strip("\r")]
    if columns is None:
        return tokenizer([line[3] for line in lines], truncation=True, max_length=length)["input_ids"]
    first, second = (lines[0].index(c) for c in columns)
    return tokenizer([line[first] for line in lines[1:]], [line[second] for line in lines[1:]], truncation=True,
                     max_length=length)["input_ids"]


def padded(rows, length):
    import torch
    width = length or max(map(len, rows))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    return dict(input_ids=ids, attention_mask=(torch.arange(width)[None, :] < torch.tensor([[len(r)] for r in rows])).long())


def batches_of(rows, size, count, grouped):
    """`count` batches of an epoch that stand for it: evenly from all of its full batches by their tokens.

    Batches grouped by length differ so much that a few of them at random would be longer or shorter than the epoch by a
    fifth.
    """
    import random
    generator = random.Random(1)
    order = list(range(len(rows)))
    generator.shuffle(order)
    full = len(rows) // size
    if grouped:
        mega = 50 * size
        order = [i for k in range(0, len(order), mega) for i in sorted(order[k:k + mega], key=lambda i: len(rows[i]))]
    batches = [order[i * size:(i + 1) * size] for i in range(full)]
    batches.sort(key=lambda batch: sum(len(rows[i]) for i in batch))
    count = min(count, full)
    chosen = [batches[(2 * k + 1) * full // (2 * count)] for k in range(count)]
    generator.shuffle(chosen)
    return [[rows[i] for i in batch] for batch in chosen]


def peer(options):
    """One measurement, printed as JSON."""
    import torch
    torch.set_num_threads(options.threads)
    span = options.rows == "SQuAD"
    model = peer_model(options.size, span)
    _, _, _, count, length = SIZES[options.size]
    count = options.batch_rows or count
    device = torch.device(options.device)
    model.to(device)
    evaluation = []
    if options.rows == "full-rows":
        ids = torch.randint(1000, 29000, (count, length))
        training = [dict(input_ids=ids, attention_mask=torch.ones_like(ids))]
        evaluation = training
    else:
        length = 384 if span else 128
        limit = None if options.kind == "dynamic" else length
        rows = encode(options.data, options.vocab, options.rows, "train")
        training = [padded(batch, limit)
                    for batch in batches_of(rows, 16 if span else 32, options.batches, options.kind == "dynamic")]
        dev = encode(options.data, options.vocab, options.rows, "dev")
        if options.kind == "dynamic":
            dev.sort(key=len)
        evaluation = [padded(dev[i:i + 32], limit) for i in range(0, len(dev), 32)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, fused=options.device != "cpu" or None)
    cast = torch.autocast(options.device, torch.bfloat16, enabled=options.precision == "bf16")
    training = [{name: tensor.to(device) for name, tensor in batch.items()} for batch in training]
    evaluation = [{name: tensor.to(device) for name, tensor in batch.items()} for batch in evaluation]
    wait = torch.cuda.synchronize if options.device == "cuda" else lambda: None
    if options.device != "cpu":
        torch.set_float32_matmul_precision("high" if options.precision == "bf16" else "highest")
        training = training * (10 // len(training) or 1)

    def step(batch):
        targets = torch.zeros(len(batch["input_ids"]), dtype=torch.long, device=device)
        labels = dict(start_positions=targets, end_positions=targets) if span else dict(labels=targets)
        with cast:
            loss = model(**batch, **labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    model.train()
    # Every shape once: the peer, too, makes code for shapes and keeps it.
    for batch in training[:2] if options.kind == "padded" else training:
        step(batch)
    times = []
    for _ in range(options.repeats):
        start = time.perf_counter()
        for batch in training:
            step(batch)
        wait()
        times.append(time.perf_counter() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    examples = sum(len(batch["input_ids"]) for batch in training)
    result = {"seconds": statistics.median(times) / len(training), "examples": examples / statistics.median(times),
              "memory": memory}
    if options.inference:
        model.eval()
        with torch.no_grad(), cast:
            if options.device != "cpu":
                model(**evaluation[0])
            wait()
            start = time.perf_counter()
            for batch in evaluation:
                model(**batch)
            wait()
            taken = time.perf_counter() - start
        result["inference"] = sum(len(batch["input_ids"]) for batch in evaluation) / taken
    print(json.dumps(result))


# --- Both sides in turns ---------------------------------------------------------------------------------------------

def ours(options, size, precision, rows):
    name = "SQuAD" if rows == "SQuAD" else rows
    full = f"engine/{size}/{precision}/" + {"SQuAD": "v1.1"}.get(name, name)
    command = [options.podium, "bench", "engine", full, "--precision", precision, "--repeats", str(options.repeats),
               "--threads", str(options.threads), "--batches", str(options.batches), "--device", options.device, "--json"]
    if options.batch_rows:
        command += ["--rows", str(options.batch_rows)]
    if rows != "full-rows":
        command += ["--data", options.data, "--vocab", options.vocab]
    figures = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    by_name = {figure["name"].rsplit("/", 1)[1] if figure["unit"] != "GFLOP/s" else figure["name"]: figure
               for figure in figures}
    training = next(f for f in figures if f["unit"] == "GFLOP/s" and not f["name"].endswith("/inference"))
    inference = next(f["value"] for f in figures if f["name"].endswith("/inference/examples"))
    return {"seconds": by_name["seconds"]["value"], "memory": by_name["peak-memory"]["value"],
            "share": training["ratio"], "gflops": training["value"], "ceiling": training["ceiling"],
            "examples": next(f["value"] for f in figures
                             if f["name"].endswith("/examples") and "/inference" not in f["name"]),
            "inference": inference}


def theirs(options, size, precision, rows, kind):
    command = [sys.executable, os.path.abspath(__file__), "--peer", "--size", size, "--precision", precision, "--rows",
               rows, "--kind", kind, "--threads", str(options.threads), "--repeats", str(options.repeats), "--batches",
               str(options.batches), "--vocab", options.vocab or "", "--data", options.data or "", "--device",
               options.device, "--batch-rows", str(options.batch_rows)]
    if options.inference:
        command.append("--inference")
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output.strip().split("\n")[-1])


def compare(options, size, precision, rows):
    kinds = ["padded"] if rows == "full-rows" else options.kinds
    samples = {"podium": []} | {kind: [] for kind in kinds}
    for _ in range(options.rounds):
        samples["podium"].append(ours(options, size, precision, rows))
        for kind in kinds:
            samples[kind].append(theirs(options, size, precision, rows, kind))

    def median(side, key):
        return statistics.median(sample[key] for sample in samples[side])

    for kind in kinds:
        row = {"name": f"engine/{size}/{precision}/{rows}", "peer": "full" if rows == "full-rows" else kind,
               "podiumExamplesPerSecond": median("podium", "examples"), "peerExamplesPerSecond": median(kind, "examples"),
               "ratio": median("podium", "examples") / median(kind, "examples"),
               "shareOfCeiling": median("podium", "share"), "ceiling": median("podium", "ceiling"),
               "memoryRatio": median("podium", "memory") / median(kind, "memory")}
        if options.inference:
            row["inferenceRatio"] = median("podium", "inference") / median(kind, "inference")
        print(json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--podium", default="podium")
    parser.add_argument("--vocab", help="vocab.txt of an uncased model (for real rows)")
    parser.add_argument("--data", help="folder with glue/ and squad/ (for real rows)")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["minilm-l6", "base"])
    parser.add_argument("--precisions", nargs="+", default=["float32", "bf16"])
    parser.add_argument("--all-rows", nargs="+", default=["full-rows"], help="full-rows, CoLA, STS-B, MRPC, RTE, SQuAD")
    parser.add_argument("--kinds", nargs="+", default=["padded", "dynamic"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=2, help="within a round")
    parser.add_argument("--batches", type=int, default=16, help="of a real epoch")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--inference", action="store_true")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--batch-rows", type=int, default=0, help="of a full-rows batch, instead of the size's own")
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--size", help=argparse.SUPPRESS)
    parser.add_argument("--precision", help=argparse.SUPPRESS)
    parser.add_argument("--rows", help=argparse.SUPPRESS)
    parser.add_argument("--kind", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return peer(options)
    for size in options.sizes:
        for precision in options.precisions:
            for rows in options.all_rows:
                compare(options, size, precision, rows)


if __name__ == "__main__":
    main()
