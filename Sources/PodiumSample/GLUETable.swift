internal import PodiumCore

/// Examples as tables in the layouts of the official download.
enum GLUETable {
    static func text(_ task: BenchmarkTask, split: Split, _ examples: [Example]) -> String {
        var lines: [String] = []
        guard split != .test else { return testText(task, examples) }
        switch task {
        case .cola:
            // No header; the author's mark stands with unacceptable sentences.
            lines = examples.map { [$0.genre, $0.label, $0.label == "0" ? "*" : "", $0.first].tabbed }
        case .sst2:
            lines = ["sentence\tlabel"] + examples.map { [$0.first, $0.label].tabbed }
        case .mrpc:
            lines = ["\u{FEFF}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String"]
            for (number, example) in examples.enumerated() {
                let ids = ids(number, split)
                lines.append([example.label, ids.0, ids.1, example.first, example.second ?? ""].tabbed)
            }
        case .qqp:
            lines = ["id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate"]
            for (number, example) in examples.enumerated() {
                let ids = ids(number, split)
                lines.append([String(number), ids.0, ids.1, example.first, example.second ?? "", example.label].tabbed)
            }
        case .stsb:
            lines = ["index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore"]
            for (number, example) in examples.enumerated() {
                let source = [
                    "main-captions", "podium-sample", "2026\(split.rawValue)", padded(number), "none", "none",
                ]
                lines.append(([String(number)] + source + [example.first, example.second ?? "", example.label]).tabbed)
            }
        case .mnli:
            let parses = "sentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse"
            // Five annotators for development, one for training; here they agree.
            let annotators = split == .train ? 1 : 5
            let votes = (1...annotators).map { "label\($0)" }.tabbed
            lines = ["index\tpromptID\tpairID\tgenre\t\(parses)\tsentence1\tsentence2\t\(votes)\tgold_label"]
            for (number, example) in examples.enumerated() {
                let ids = [String(number), String(number), "\(number)\(example.label.prefix(1))", example.genre]
                let texts = ["", "", "", "", example.first, example.second ?? ""]
                let labels = Array(repeating: example.label, count: annotators + 1)
                lines.append((ids + texts + labels).tabbed)
            }
        case .qnli:
            lines = ["index\tquestion\tsentence\tlabel"] + numbered(examples)
        case .rte, .wnli:
            lines = ["index\tsentence1\tsentence2\tlabel"] + numbered(examples)
        case .ax, .squadV1, .squadV2: preconditionFailure("the sample has no table for \(task.rawValue)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A test file: without labels, and with an index in all of them; the diagnostic set's with labels.
    private static func testText(_ task: BenchmarkTask, _ examples: [Example]) -> String {
        var header = "index"
        var before: (Int, Example) -> [String] = { _, _ in [] }
        switch task {
        case .cola, .sst2: header += "\tsentence"
        case .mrpc:
            header = "\u{FEFF}index\t#1 ID\t#2 ID\t#1 String\t#2 String"
            before = { number, _ in [ids(number, .test).0, ids(number, .test).1] }
        case .qqp: header = "id\tquestion1\tquestion2"
        case .stsb:
            header += "\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2"
            before = { number, _ in ["main-captions", "podium-sample", "2026test", padded(number), "none", "none"] }
        case .mnli:
            header += "\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse"
            header += "\tsentence2_parse\tsentence1\tsentence2"
            before = { number, example in [String(number), String(number), example.genre, "", "", "", ""] }
        case .qnli: header += "\tquestion\tsentence"
        case .rte, .wnli: header += "\tsentence1\tsentence2"
        case .ax:
            header =
                "Lexical Semantics\tPredicate-Argument Structure\tLogic\tKnowledge\tDomain\tPremise\tHypothesis\tLabel"
            let rows = examples.map { ["", "", "", "", $0.genre, $0.first, $0.second ?? "", $0.label].tabbed }
            return ([header] + rows).joined(separator: "\n") + "\n"
        case .squadV1, .squadV2: preconditionFailure("the sample has no table for \(task.rawValue)")
        }
        let rows = examples.enumerated().map { number, example in
            ([String(number)] + before(number, example) + example.texts).tabbed
        }
        return ([header] + rows).joined(separator: "\n") + "\n"
    }

    private static func numbered(_ examples: [Example]) -> [String] {
        examples.enumerated().map { [String($0), $1.first, $1.second ?? "", $1.label].tabbed }
    }

    /// Two sentence ids that no other row has.
    private static func ids(_ number: Int, _ split: Split) -> (String, String) {
        let base = split == .train ? 100_000 : split == .dev ? 200_000 : 300_000
        return (String(base + 2 * number), String(base + 2 * number + 1))
    }

    private static func padded(_ number: Int) -> String {
        String(String(10_000 + number).dropFirst())
    }
}

extension [String] {
    fileprivate var tabbed: String { joined(separator: "\t") }
}
