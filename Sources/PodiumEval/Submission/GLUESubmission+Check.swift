import PodiumCore
package import PodiumFiles
internal import PodiumPrimitives

extension GLUESubmission {
    /// Everything that is wrong or odd about an archive; empty if all is well.
    ///
    /// - Parameter sizes: of test sets that are not the official ones.
    package static func check(_ archive: ZipArchive, sizes: Sizes = [:]) -> [Finding] {
        if let folder = commonFolder(of: archive) {
            return [
                Finding(
                    .error,
                    "\(folder)/",
                    "the files lie in this folder of the archive; they must lie at its top (zip the files, not the folder)"
                )
            ]
                + check(
                    ZipArchive(
                        archive.files.map {
                            ZipArchive.File(name: String($0.name.dropFirst(folder.count + 1)), bytes: $0.bytes)
                        }
                    ),
                    sizes: sizes
                )
        }
        var findings: [Finding] = []
        for file in files(sizes) {
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

    /// The folder that all of our files lie in, if none lies at the top.
    private static func commonFolder(of archive: ZipArchive) -> String? {
        let names = Set(files.map(\.name))
        let ours = archive.files.filter { file in
            file.name.split(separator: "/").last.map { names.contains(String($0)) } ?? false
        }
        let folders = Set(ours.map { $0.name.split(separator: "/").dropLast().joined(separator: "/") })
        guard folders.count == 1, let folder = folders.first, !folder.isEmpty,
            archive.files.allSatisfy({ $0.name.hasPrefix(folder + "/") })
        else { return nil }
        return folder
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
        if Gzip.isPacked(bytes) {
            return [Finding(.error, file.name, "is a gzip file; the server reads plain text only")]
        }
        let rows: [LabelledRow]
        do throws(EvalError) {
            rows = try PredictionsFile.read(bytes)
        } catch {
            return [Finding(.error, file.name, error.description)]
        }
        var findings: [Finding] = []
        func add(_ severity: Finding.Severity, _ message: String) {
            findings.append(Finding(severity, file.name, message))
        }
        if bytes.byteOrderMarkLength > 0 {
            add(
                .error,
                "begins with a byte-order mark, which the server takes for a part of the header; save it without"
            )
        }
        if bytes.contains(0x0D) { add(.warning, "lines end in CR LF; LF alone is safe everywhere") }
        if rows.count != file.rows {
            add(
                .error,
                "has \(NumberText.count(rows.count, "prediction")); the test set has \(NumberText.count(file.rows, "example"))"
            )
        }
        let indices = rows.map { Int($0.id) }
        if let bad = zip(rows, indices).first(where: { $1 == nil || $1.map(String.init) != $0.id })?.0 {
            add(.error, "index \"\(bad.id)\" is not a whole number")
        } else {
            let present = Set(indices.compactMap(\.self))
            let gaps = (0..<file.rows).filter { !present.contains($0) }.map(String.init)
            let strays = present.filter { !(0..<file.rows).contains($0) }.sorted().map(String.init)
            if !gaps.isEmpty { add(.error, "misses index \(ShortList.text(gaps))") }
            if !strays.isEmpty {
                add(.error, "has index \(ShortList.text(strays)), beyond the test set (0 to \(file.rows - 1))")
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
                    "\(NumberText.count(wrong.count, "label")) \(wrong.count == 1 ? "is" : "are") unknown, first \"\(first.element.label)\" on line \(first.offset + 2)"
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
