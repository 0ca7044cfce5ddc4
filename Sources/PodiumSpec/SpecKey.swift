internal import PodiumCore

/// A key of the job file that is no single value of a parameter table.
struct SpecKey {
    let key: String
    /// Kinds of files that have it at their top; all for keys of nested mappings.
    let kinds: [SuiteKind]
    /// How it is written.
    let form: String
    /// What holds without it; nil where it must be given.
    let fallback: String?
    let summary: String

    init(
        _ key: String,
        in kinds: [SuiteKind] = SuiteKind.allCases,
        _ form: String,
        fallback: String? = nil,
        _ summary: String
    ) {
        (self.key, self.kinds, self.form, self.fallback, self.summary) = (key, kinds, form, fallback, summary)
    }

    private static let scored: [SuiteKind] = [.finetune, .evaluate, .suite]
    private static let trained: [SuiteKind] = [.pretrain, .finetune, .suite]

    static let top = [
        SpecKey("name", "glue-minilm", "What the suite is called: letters, digits, `.`, `_`, `-`, and not a number."),
        SpecKey(
            "kind",
            "suite",
            "What the file asks for: pretrain, finetune, evaluate, embed, or suite (systems × tasks)."
        ),
        SpecKey(
            "model",
            "see below",
            "What runs start from; in a suite, of its only system (else `systems`)."
        ),
        SpecKey(
            "corpus",
            in: [.pretrain, .suite],
            "see below",
            fallback: "sample",
            "The text to pre-train on; in a suite, of the entries of `pretrain` without their own."
        ),
        SpecKey(
            "budget",
            in: [.pretrain, .suite],
            "{flops: 5e14}",
            fallback: "none",
            "What pre-training may spend, over which the schedule is stretched; in a suite, each entry of `pretrain` without "
                + "its own."
        ),
        SpecKey(
            "phases",
            in: [.pretrain],
            "a list",
            fallback: "one, as `training` says",
            "Parts of pre-training with sequences of their own length."
        ),
        SpecKey(
            "texts",
            in: [.embed],
            "sentences.txt",
            "A file, or a list of them: UTF-8, a text a line; a pair is `first ||| second`."
        ),
        SpecKey("vectors", in: [.embed], "{pool: mean}", fallback: "see below", "Which vectors are made of the texts."),
        SpecKey("pretrain", in: [.suite], "a list", fallback: "none", "Pre-training runs that systems start from."),
        SpecKey(
            "finetune",
            in: [.suite],
            "a list",
            fallback: "none",
            "Fine-tuning runs that systems start from: a warm start."
        ),
        SpecKey(
            "similarity",
            in: [.suite],
            "{word: bank, texts: sentences.txt}",
            fallback: "none",
            "A word whose vectors in several texts are compared, in every system's starting model."
        ),
        SpecKey("systems", in: [.suite], "a list", fallback: "one, of `model`", "The rows of the leaderboard."),
        SpecKey("task", in: [.finetune, .evaluate], "glue/MRPC", "The task to be scored on."),
        SpecKey("tasks", in: [.suite], "[glue, squad-v1.1]", "The tasks to be scored on; `glue` stands for all nine."),
        SpecKey(
            "protocol",
            in: [.suite],
            "glue-sane-5",
            fallback: "none",
            "Rules that every system must keep, or the file is refused: glue-sane-5, Cramming's (eight tasks, one setting, five seeds, at "
                + "most five epochs); the report has the number that they define."
        ),
        SpecKey(
            "data",
            in: SuiteKind.allCases.filter { $0 != .embed },
            "{root: ~/data}",
            fallback: "sample",
            "Where the tasks' files are; of pretrain, for `corpus: {task: …}`."
        ),
        SpecKey(
            "predict",
            in: scored,
            "[dev, test, ax]",
            fallback: "dev",
            "The sets that predictions are kept of: dev (always), test (without labels, for `podium submission write`), and "
                + "ax, GLUE's diagnostic set, which MNLI's models answer."
        ),
        SpecKey(
            "training",
            "{epochs: 3}",
            fallback: "every default",
            "Hyper-parameters; in a suite, of all systems on all tasks that have them."
        ),
        SpecKey(
            "taskTraining",
            in: [.suite],
            "{squad-v1.1: {epochs: 2}}",
            fallback: "none",
            "Hyper-parameters by task, over those of `training`."
        ),
        SpecKey(
            "sweep",
            in: trained,
            "{learningRate: [5e-5, 3e-5]}",
            fallback: "none",
            "Values to try, by hyper-parameter: every combination is a configuration. `seed` may stand here too."
        ),
        SpecKey(
            "seed",
            in: trained,
            "{count: 5}",
            fallback: "1",
            "A seed, a list of them, or how many; each is a run."
        ),
        SpecKey(
            "seeds",
            in: [.suite],
            "{start: 5, step: 5, atMost: 25}",
            fallback: "none; as `seed` says",
            "A plan in place of `seed`: systems get seeds in groups, until a test has told them apart or there are as many as may be."
        ),
        SpecKey(
            "select",
            in: [.finetune, .suite],
            "{rule: best}",
            fallback: "see below",
            "How configurations become rows."
        ),
        SpecKey("resources", "{threads: 2}", fallback: "see below", "What every run needs of its worker."),
        SpecKey("retry", "{limit: 2}", fallback: "see below", "How often a failed run is tried again."),
        SpecKey(
            "reuse",
            "false",
            fallback: "true",
            "Whether a run takes over the result of a run that did the same work before: the same settings and seed on the same data "
                + "by the same build of Podium. Either way the bits are the same."
        ),
        SpecKey("priority", "1", fallback: "0", "From -1000 to 1000; each step is worth an hour of waiting."),
        SpecKey(
            "project",
            "parsing",
            fallback: "none",
            "Whose share of the machines the runs count against: projects that compete get equal shares. Without it, the "
                + "submitting user's."
        ),
    ]

    static let system = [
        SpecKey("name", "tiny", "The row's name."),
        SpecKey("model", "see below", "What its runs start from."),
        SpecKey("training", "{epochs: 8}", fallback: "none", "Hyper-parameters of this system alone."),
        SpecKey("taskTraining", "{glue: {…}}", fallback: "none", "The same, by task."),
        SpecKey(
            "optional",
            "true",
            fallback: "false",
            "Whether the suite goes on without the system where its model, known by name, cannot be fetched."
        ),
    ]

    static let pretrain = [
        SpecKey("name", "pretrain-tiny", "What systems call it: `model: {run: pretrain-tiny}`."),
        SpecKey("model", "{preset: tiny}", "What it starts from."),
        SpecKey("corpus", "see below", fallback: "the file's", "The text."),
        SpecKey("training", "{maxDuration: 60s}", fallback: "every default", "Its hyper-parameters."),
        SpecKey("budget", "{flops: 5e14}", fallback: "the file's", "What it may spend."),
        SpecKey("phases", "a list", fallback: "one, as `training` says", "Its parts."),
        SpecKey("seed", "7", fallback: "1", "Its one seed."),
        SpecKey("resources", "{threads: 2}", fallback: "the file's", "What it needs of its worker."),
        SpecKey("retry", "{limit: 2}", fallback: "the file's", "How often it is tried again."),
    ]

    static let model = [
        SpecKey("run", "pretrain-tiny", fallback: "", "What a run of `pretrain` or `finetune` made."),
        SpecKey(
            "checkpoint",
            "at 25 %",
            fallback: "last",
            "Which of that run's models: the one at its end (last), or the first after a share of its training."
        ),
        SpecKey("preset", "tiny", fallback: "", "Fresh weights of a size."),
        SpecKey("path", "../models/mine", fallback: "", "A folder with model.safetensors, config.json and vocab.txt."),
        SpecKey(
            "vectors",
            "../glove.6B.100d.txt",
            fallback: "",
            "A text file of word vectors, GloVe's or word2vec's: a context-free model."
        ),
    ]

    static let finetune = [
        SpecKey("name", "mnli", "What systems call it: `model: {run: mnli}`."),
        SpecKey(
            "model",
            "minilm-l6",
            "What it starts from; may be a run of `pretrain` or an earlier one of `finetune`."
        ),
        SpecKey("task", "glue/MNLI", "The task that it learns; its data is the file's."),
        SpecKey("training", "{epochs: 1}", fallback: "every default", "Its hyper-parameters, over those of the file."),
        SpecKey("seed", "7", fallback: "1", "Its one seed."),
        SpecKey("resources", "{threads: 2}", fallback: "the file's", "What it needs of its worker."),
        SpecKey("retry", "{limit: 2}", fallback: "the file's", "How often it is tried again."),
    ]

    static let vectors = [
        SpecKey(
            "pool",
            "mean",
            fallback: "mean",
            "none (every token), cls (`[CLS]`), mean (over all tokens), word (over each word's pieces)."
        ),
        SpecKey(
            "layers",
            "[-1, -2]",
            fallback: "-1",
            "Counted from the end: -1 is the last; after the first come the embeddings."
        ),
        SpecKey(
            "combine",
            "sum",
            fallback: "separate in jsonl, else concat",
            "How layers make one vector: separate, sum, concat (in the order given)."
        ),
        SpecKey("format", "npy", fallback: "jsonl", "jsonl (as `extract_features.py` writes it), npy, safetensors."),
        SpecKey("normalize", "true", fallback: "false", "Whether every vector is scaled to length 1."),
        SpecKey(
            "compare",
            "bank",
            fallback: "none",
            "A word of the texts, whose vectors are compared with each other (with `pool: word`)."
        ),
    ]

    static let similarity = [
        SpecKey("word", "bank", "The word, as the texts have it or in lower case."),
        SpecKey("texts", "sentences.txt", "A file, or a list of them: UTF-8, a text a line."),
        SpecKey("layers", "[-1, -2]", fallback: "-1", "The layers whose sum is the vector, as in `vectors`."),
    ]

    static let data = [
        SpecKey("root", "~/data", "A folder in the official layout (`MRPC/train.tsv`, `train-v1.1.json`).")
    ]

    static let corpus = [
        SpecKey("shards", "~/examples/0123456789abcdef", fallback: "", "A folder that `podium data prepare` made."),
        SpecKey(
            "task",
            "glue/CoLA",
            fallback: "",
            "The texts of a task's training set, from the file's `data`; every example is a document."
        ),
    ]

    static let budget = [
        SpecKey(
            "wall",
            "20m",
            fallback: "",
            "Time of training, `maxDuration`; a resumed run spends the rest, but no two runs take the same steps."
        ),
        SpecKey(
            "flops",
            "5e14",
            fallback: "",
            "Floating-point operations, `maxFlops`; the same budget gives the same bits, however often a run is killed."
        ),
        SpecKey(
            "checkpointsAt",
            "[25 %, 50 %, 100 %]",
            fallback: "[6 %, 12 %, 25 %, 50 %, 100 %]",
            "Shares after which the model is kept."
        ),
    ]

    static let phase = [
        SpecKey("maxSequenceLength", "128", "The longest sequence, in pieces."),
        SpecKey("fraction", "0.9", "The phase's share of the training; all add up to 1."),
        SpecKey(
            "maxPredictionsPerSequence",
            "20",
            fallback: "the masked share of the length, rounded up",
            "The most pieces to be predicted of one sequence."
        ),
        SpecKey("batchSize", "64", fallback: "that of `training`", "Sequences a step."),
    ]

    static let seed = [
        SpecKey("count", "5", "How many seeds."),
        SpecKey("first", "1", fallback: "1", "The first of them; the others follow it."),
    ]
}

extension SpecKey {
    static let seeds = [
        SpecKey("start", "5", fallback: "5", "Seeds of each system on each task before the first look."),
        SpecKey("step", "5", fallback: "as `start`", "How many more those get of which a comparison is open."),
        SpecKey("atMost", "25", fallback: "`start` and four groups", "The most seeds of a system on a task."),
        SpecKey(
            "compare",
            "leader",
            fallback: "all",
            "all (every two systems), leader (further seeds only for those not told from the best of the look), or a list of systems, each "
                + "of which is compared with every other."
        ),
        SpecKey(
            "level",
            "0.05",
            fallback: "0.05",
            "The chance of any false decision, over all tasks, comparisons and looks."
        ),
        SpecKey("first", "1", fallback: "1", "The first seed; the others follow it."),
    ]
}

extension [SpecKey] {
    var names: [String] { map(\.key) }
}
