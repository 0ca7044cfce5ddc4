internal import PodiumFiles
internal import PodiumPrimitives

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
                "\(NumberText.count(missing.count, "question")) without a prediction (\(ShortList.text(missing)))"
            )
        }
        return Array(JSONValue.object(members).text.utf8) + [0x0A]
    }

    /// What an official script would trip over or silently do; empty if all is well.
    package static func check(
        _ bytes: [UInt8],
        against references: [SQuADReference]
    ) throws(EvalError) -> [GLUESubmission.Finding] {
        var findings: [GLUESubmission.Finding] = []
        if bytes.byteOrderMarkLength > 0 {
            findings.append(
                .init(.error, "predictions", "begins with a byte-order mark, which the official script refuses")
            )
        }
        if Gzip.isPacked(bytes) {
            return [
                .init(.error, "predictions", "is a gzip file; the server and the official script read plain JSON only")
            ]
        }
        let seen: [ExactText: Int]
        let notStrings: [String]
        do throws(FileError) {
            (seen, notStrings) = try entries(bytes)
        } catch {
            throw EvalError(error)
        }
        func add(_ severity: GLUESubmission.Finding.Severity, _ ids: [String], _ what: String) {
            if !ids.isEmpty { findings.append(.init(severity, "predictions", "\(what): \(ShortList.text(ids))")) }
        }
        let known = Set(references.map(\.id))
        let missing = references.map(\.id).filter { seen[$0] == nil }.map(\.description)
        let extra = seen.keys.filter { !known.contains($0) }.map(\.description).sorted()
        let twice = seen.filter { $0.value > 1 }.map(\.key.description).sorted()
        add(
            .error,
            notStrings,
            "\(NumberText.count(notStrings.count, "answer")) not given as a string (write \"\" for no answer)"
        )
        add(
            .error,
            missing,
            "\(NumberText.grouped(missing.count)) of \(NumberText.count(references.count, "question")) not answered"
        )
        add(.error, twice, "\(NumberText.count(twice.count, "id")) given more than once; the last one would count")
        add(.warning, extra, "\(NumberText.count(extra.count, "id")) not in the data set, and ignored")
        return findings
    }

    /// How often each id occurs, and the ids whose answer is not a string.
    private static func entries(_ bytes: [UInt8]) throws(FileError) -> (seen: [ExactText: Int], notStrings: [String]) {
        var seen: [ExactText: Int] = [:]
        var notStrings: [String] = []
        var scanner = try JSONScanner(bytes)
        try scanner.object { (scanner, key) throws(FileError) in
            let id = scanner.text(of: key)
            seen[id, default: 0] += 1
            if try scanner.peek() != 0x22 { notStrings.append(id.description) }
            try scanner.skipValue()
        }
        try scanner.end()
        return (seen, notStrings)
    }
}
