internal import PodiumCore

/// `docs/job-file.md`: every key of the job file, made of the tables that the reader reads with.
package enum JobFilePage {
    package static var markdown: String {
        let parts = [
            introduction,
            section("Top of the file", keys(SpecKey.top, showsKinds: true)),
            section("`model`", modelText + "\n\n" + keys(SpecKey.model)),
            section("`corpus`", corpusText + "\n\n" + keys(SpecKey.corpus)),
            section("`budget`", budgetText + "\n\n" + keys(SpecKey.budget)),
            section("`phases`", phasesText + "\n\n" + keys(SpecKey.phase)),
            section("`vectors`", keys(SpecKey.vectors)),
            section("`similarity`", similarityText + "\n\n" + keys(SpecKey.similarity)),
            section("`data`", dataText + "\n\n" + keys(SpecKey.data)),
            section("`training`, `taskTraining` and `sweep`", trainingText + "\n\n" + hyperparameters),
            section("`seed`", seedText + "\n\n" + keys(SpecKey.seed)),
            section("`seeds`", seedsText + "\n\n" + keys(SpecKey.seeds)),
            section("`select`", parameters(Parameter<SelectionRule>.all, of: SelectionRule())),
            section("`resources`", parameters(Parameter<Resources>.all, of: Resources())),
            section("`retry`", parameters(Parameter<RetryPolicy>.all, of: RetryPolicy())),
            section("Entries of `systems`", keys(SpecKey.system)),
            section("Entries of `pretrain`", keys(SpecKey.pretrain)),
            section("Entries of `finetune`", keys(SpecKey.finetune)),
        ]
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static let introduction = """
        # The job file

        <!-- Made of the tables in Sources/PodiumSpec and Sources/PodiumCore/Parameters: RECORD_SNAPSHOTS=1 swift test \
        --filter JobFilePageTests writes it anew. -->

        A job file is YAML. `podium submit FILE --check` reads it, looks at the models and data that it names, prints the runs
        that it would queue, and queues nothing.

        - Unknown keys, values of a wrong type and impossible values are errors with line and column. So is a key that
          applies to nothing in the file.
        - Numbers are decimal or scientific (`32`, `0.1`, `5e-5`); however one is spelled, it is the same number. Durations are
          `90s`, `15m`, `2h`, `1d`; sizes `512MiB`, `4GiB`. Flags are `true` and `false`. `null`, `~` and nothing at all are no
          values.
        - Paths are relative to the file's own folder; `~` is the home folder.
        - Anchors, aliases and merge keys (`<<`) work. Keys at the top that begin with `x-` are ignored: a place for anchors.
        - `--set a.b=c` replaces a value of the file.
        """

    private static let modelText = """
        A name (`minilm-l6`, `google-bert/bert-base-uncased`, `uncased_L-2_H-128_A-2`) is fetched where it is needed; text that names
        a folder, or `{path: FOLDER}`, is that folder, even where the hub has a model of the name; `{preset: tiny}` is fresh weights, for pre-training; `{run: NAME}` is what a run of `pretrain` or `finetune` in the same file made. `{vectors: FILE}` is a context-free model of word
        vectors: a word and its numbers a line, with word2vec's first line or without one. Words without a vector are `[UNK]`.
        """

    private static let corpusText = """
        `sample` (the bundled text), a file, or a list of files: plain text in UTF-8, a sentence a line, an empty line between
        documents. Or prepared examples, for which `training` must repeat what they were prepared with; or the text of a task, which a
        language model is trained on before the task:
        """

    private static let budgetText = """
        Of a pre-training run. FLOPs are those of the matrix products of forward and backward pass as the step's graph has
        them, for the real tokens of each batch: element-wise work, the optimizer and padding count nothing. The step that
        reaches the budget is the last one.
        """

    private static let phasesText =
        "Of a pre-training run; the release's are 128 pieces for nine tenths and 512 for the last."

    private static let similarityText = """
        Of a suite: a run for every system, which makes the word's vector in each text with the system's starting model. The
        report shows the cosines of every two of them, as a heat map and a table.
        """

    private static let dataText =
        "`sample` (the bundled, generated data: its scores compare with nothing published), or:"

    private static let trainingText = """
        The same keys everywhere. What is narrower counts more: `training` of the file, then `taskTraining` of the file, then a
        system's `training`, then its `taskTraining`, then the values of `sweep`. In a suite a key applies to the runs that have
        it (`docStride` to SQuAD's); a key that applies to no run is refused.

        `maxDuration`, `maxFlops`, `maxSteps` and `epochs` each say when training ends. In one place, `maxSteps` overrides `epochs`, as
        transformers' `max_steps` does `num_train_epochs`; any other two of them are refused. A narrower place replaces what a
        wider one says.

        In `sweep` every key holds a list. Every combination of the values is a configuration; a value that is given twice, in
        whatever spelling, counts once. A file may ask for at most \(SpecReader.runLimit) runs.
        """

    private static let seedsText = """
        A group-sequential permutation test (after AdaStop, arXiv 2306.10882), which is written down with the suite before its first run
        starts. When all runs of a group are over, the scheduler looks at the scores and stores what it decides: of every comparison
        `larger`, `smaller`, or `not separated by N seeds` once there are no more to come. It queues the next group for systems of which a
        comparison is open, and for no others. The looks' boundaries keep the chance of any false decision below `level`; the share
        of it that looks may have used grows as the square root of the seeds, so that clear cases are decided early. With more than one
        comparison looks use six tenths of it, since permutations of pairs are no permutation of all systems (BENCHMARKS.md has what
        simulations say).

        Scores of different tasks are on different scales, and their seeds are different runs: each task has a test of its own, at the level
        divided by the number of tasks (Bonferroni), and ends by itself. A seed that failed for good, or has no score, is left out, and
        said to be; a system without a score in a group gets no more seeds. A look is of all tasks at once and waits for the last run of the
        group, also where the runs of a task are over. The tests would not need that: it makes each look one decision, written in one row
        with the group that follows from it, and costs what the last runs of a group take longer than the others, in which machines are
        free for other suites. Seeds that `podium extend` adds later are no part of the
        plan, and the report marks them.

        Each system has one configuration: `seeds` goes with neither `sweep`, `seed` nor `protocol`.
        """

    private static let seedText = "One seed (`7`), a list (`[1, 2, 3]`), or a count:"

    // MARK: Tables

    private static func section(_ title: String, _ content: String) -> String {
        "## \(title)\n\n\(content)"
    }

    private static func table(_ header: [String], _ rows: [[String]]) -> String {
        let rule = header.map { _ in "---" }
        return ([header, rule] + rows).map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
    }

    private static func keys(_ keys: [SpecKey], showsKinds: Bool = false) -> String {
        let rows = keys.map { key in
            let kinds = key.kinds == SuiteKind.allCases ? "all" : key.kinds.map(\.rawValue).joined(separator: ", ")
            let form = key.form.hasPrefix("see") || key.form.hasPrefix("a ") ? key.form : "`\(key.form)`"
            let fallback = key.fallback.map { $0.isEmpty ? "–" : $0 } ?? "must be given"
            return ["`\(key.key)`"] + (showsKinds ? [kinds] : []) + [form, fallback, key.summary]
        }
        return table(["Key"] + (showsKinds ? ["Kinds"] : []) + ["Such as", "Default", "Meaning"], rows)
    }

    private static func parameters<Root>(_ parameters: [Parameter<Root>], of root: Root) -> String {
        let rows = parameters.map { parameter in
            [
                "`\(parameter.key)`", values(parameter), parameter.value(in: root).map { "`\($0)`" } ?? "none",
                parameter.summary,
            ]
        }
        return table(["Key", "Values", "Default", "Meaning"], rows)
    }

    private static var hyperparameters: String {
        let rows = Hyperparameter.all.map { parameter in
            [
                "`\(parameter.key)`", values(parameter), defaults(parameter), parameter.scope, parameter.summary,
                parameter.source ?? "",
            ]
        }
        return table(["Key", "Values", "Default", "Runs", "Meaning", "Source"], rows)
    }

    /// `whole number from 1 to 65536, sequences`.
    private static func values<Root>(_ parameter: Parameter<Root>) -> String {
        let text =
            switch parameter.domain {
            case .number, .integer: "\(parameter.domain.typeName) \(parameter.domain.requirement)"
            case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
            case .share: parameter.domain.requirement
            case .list(.choice(let words)): "list of " + words.map { "`\($0)`" }.joined(separator: ", ")
            case .list: "list of shares, such as `[25 %, 50 %]`"
            case .flag: "`true`, `false`"
            case .seconds, .bytes, .name: parameter.domain.typeName
            }
        return text + (parameter.unit.map { ", \($0)" } ?? "")
    }

    /// The default of every kind of run that has the parameter, each value once.
    private static func defaults(_ parameter: Hyperparameter) -> String {
        var groups: [(value: String, names: [String])] = []
        for (name, work) in Work.prototypes where parameter.applies(to: work) {
            let value = parameter.value(in: work).map { "`\($0)`" } ?? "none"
            if let known = groups.firstIndex(where: { $0.value == value }) {
                groups[known].names.append(name)
            } else {
                groups.append((value, [name]))
            }
        }
        guard groups.count > 1 else { return groups.first?.value ?? "" }
        return groups.map { "\($0.value) (\($0.names.joined(separator: ", ")))" }.joined(separator: ", ")
    }
}
