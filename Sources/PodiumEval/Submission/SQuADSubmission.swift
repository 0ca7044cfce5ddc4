/// The JSON predictions file of SQuAD, written and checked against its questions.
package enum SQuADSubmission {
    /// `{"id": "answer", …}` in the order of the questions.
    package static func write(
        _ references: [SQuADReference],
        predictions: SQuADPredictions
    ) throws(EvalError) -> [UInt8] {
        var members: [JSONValue.Member] = []
        var missing: [String] = []
        for reference in references {
            if let answer = try predictions.answer(to: reference.id) {
                members.append(.init(reference.id.description, .string(answer.description)))
            } else {
                missing.append(reference.id.description)
            }
        }
        guard missing.isEmpty else {
            throw EvalError(
                .mismatchedExamples,
                "\(missing.count) questions have no prediction (\(shortList(missing)))"
            )
        }
        return Array(JSONValue.object(members).text.utf8) + [0x0A]
    }

    /// What an official script would trip over or silently do; empty if all is well.
    package static func check(
        _ bytes: [UInt8],
        against references: [SQuADReference]
    ) throws(EvalError) -> [GLUESubmission.Finding] {
        var seen: [ExactText: Int] = [:]
        var notStrings: [String] = []
        var scanner = try JSONScanner(bytes)
        try scanner.object { (scanner, key) throws(EvalError) in
            let id = scanner.text(of: key)
            seen[id, default: 0] += 1
            if try scanner.peek() != 0x22 { notStrings.append(id.description) }
            try scanner.skipValue()
        }
        try scanner.end()
        var findings: [GLUESubmission.Finding] = []
        func add(_ severity: GLUESubmission.Finding.Severity, _ ids: [String], _ what: String) {
            if !ids.isEmpty { findings.append(.init(severity, "predictions", "\(what): \(shortList(ids))")) }
        }
        let known = Set(references.map(\.id))
        let missing = references.map(\.id).filter { seen[$0] == nil }.map(\.description)
        let extra = seen.keys.filter { !known.contains($0) }.map(\.description).sorted()
        let twice = seen.filter { $0.value > 1 }.map(\.key.description).sorted()
        add(.error, notStrings, "\(notStrings.count) answers are not strings (write \"\" for no answer)")
        add(.error, missing, "\(missing.count) of \(references.count) questions have no answer")
        add(.error, twice, "\(twice.count) ids occur more than once; the last one would count")
        add(.warning, extra, "\(extra.count) ids are not in the data set and are ignored")
        return findings
    }
}
