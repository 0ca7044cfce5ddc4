import PodiumCore

extension GLUESubmission {
    /// Everything that is wrong or odd about an archive; empty if all is well.
    package static func check(_ archive: ZipArchive) -> [Finding] {
        var findings: [Finding] = []
        for file in files {
            let found = archive.files.filter { $0.name == file.name }
            if found.count > 1 { findings.append(Finding(.error, file.name, "occurs \(found.count) times")) }
            guard let first = found.first else {
                findings.append(missing(file, in: archive))
                continue
            }
            findings += check(first.bytes, as: file)
        }
        let known = Set(files.map(\.name))
        for extra in archive.files where !known.contains(extra.name) {
            findings.append(Finding(.warning, extra.name, "is not one of the eleven files; the server ignores it"))
        }
        return findings
    }

    private static func missing(_ file: File, in archive: ZipArchive) -> Finding {
        let near = archive.files.first { other in
            let base = other.name.split(separator: "/").last.map(String.init) ?? other.name
            return base.lowercased() == file.name.lowercased() || (file.task == .ax && base == "diagnostic.tsv")
        }
        let advice = near.map { "; \($0.name) must be called \(file.name) and lie at the top of the archive" } ?? ""
        return Finding(.error, file.name, "is missing" + advice)
    }

    private static func check(_ bytes: [UInt8], as file: File) -> [Finding] {
        let rows: [LabelledRow]
        do throws(EvalError) {
            rows = try PredictionsFile.read(bytes)
        } catch {
            return [Finding(.error, file.name, error.message)]
        }
        var findings: [Finding] = []
        func add(_ severity: Finding.Severity, _ message: String) {
            findings.append(Finding(severity, file.name, message))
        }
        if bytes.contains(0x0D) { add(.warning, "lines end in CR LF; LF alone is safe everywhere") }
        if rows.count != file.rows {
            add(.error, "has \(rows.count) predictions; the test set has \(file.rows) examples")
        }
        let indices = rows.map { Int($0.id) }
        if let bad = zip(rows, indices).first(where: { $1 == nil || $1.map(String.init) != $0.id })?.0 {
            add(.error, "index \"\(bad.id)\" is not a whole number")
        } else {
            let present = Set(indices.compactMap(\.self))
            let gaps = (0..<file.rows).lazy.filter { !present.contains($0) }.prefix(6).map(String.init)
            let strays = present.filter { !(0..<file.rows).contains($0) }.sorted().map(String.init)
            if !gaps.isEmpty { add(.error, "misses index \(shortList(Array(gaps)))") }
            if !strays.isEmpty {
                add(.error, "has index \(shortList(strays)), beyond the test set (0 to \(file.rows - 1))")
            }
            if indices.compactMap(\.self) != indices.compactMap(\.self).sorted() {
                add(.warning, "is not in the order of its indices")
            }
        }
        findings += checkLabels(rows, as: file)
        return findings
    }

    private static func checkLabels(_ rows: [LabelledRow], as file: File) -> [Finding] {
        var findings: [Finding] = []
        switch file.task.output {
        case .classification(let labels):
            let wrong = rows.enumerated().filter { !labels.contains($1.label) }
            if let first = wrong.first {
                let rule = labels.joined(separator: ", ")
                let message =
                    "\(wrong.count) labels are unknown, first \"\(first.element.label)\" on line \(first.offset + 2)"
                findings.append(Finding(.error, file.name, message + "; allowed: \(rule)"))
            }
        case .regression(let lower, let upper):
            let wrong = rows.enumerated().filter { entry in
                guard let value = Double(entry.element.label) else { return true }
                return !(lower...upper).contains(value)
            }
            if let first = wrong.first {
                let message = "\"\(first.element.label)\" on line \(first.offset + 2) is not a number from 0 to 5"
                findings.append(
                    Finding(.error, file.name, message + (wrong.count > 1 ? ", and \(wrong.count - 1) more" : ""))
                )
            }
        case .span: break
        }
        if let first = rows.first, rows.count > 1, rows.allSatisfy({ $0.label == first.label }) {
            let note = file.task == .wnli ? " (many systems submit WNLI's majority class on purpose; say so)" : ""
            findings.append(
                Finding(.warning, file.name, "answers \"\(first.label)\" to everything: a placeholder?\(note)")
            )
        }
        return findings
    }
}
