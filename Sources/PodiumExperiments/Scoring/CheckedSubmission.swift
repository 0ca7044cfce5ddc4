internal import Foundation
package import PodiumEval
package import PodiumFiles
internal import PodiumPrimitives

/// A submission and what a server would object to.
package struct CheckedSubmission {
    /// As the user named it.
    package let file: String
    package let findings: [GLUESubmission.Finding]

    package init(file: String, findings: [GLUESubmission.Finding]) {
        self.file = file
        self.findings = findings
    }

    /// Checks GLUE's archive or the folder it is made of; with SQuAD's data file, SQuAD's answers.
    ///
    /// - Parameter sizes: of GLUE's test sets, where they are not the official ones.
    package init(file: String, gold: String?, sizes: GLUESubmission.Sizes = [:]) throws {
        self.init(file: file, findings: try Self.findings(file, gold: gold, sizes))
    }

    private var errors: Int { findings.count { $0.severity == .error } }

    /// Why the server would refuse the file or score it wrongly; nil if it would do neither.
    package var complaint: String? {
        errors == 0 ? nil : "\(file): \(NumberText.count(errors, "error"))"
    }

    package var text: String {
        let lines = findings.map { "\($0.severity.rawValue): \($0.file) \($0.message)" }
        return (lines + (errors == 0 ? ["\(file) is valid"] : [])).joined(separator: "\n")
    }

    package var json: JSONValue {
        let list = findings.map { finding in
            JSONValue.object([
                .init("severity", .string(finding.severity.rawValue)), .init("file", .string(finding.file)),
                .init("message", .string(finding.message)),
            ])
        }
        return .object([.init("valid", .bool(errors == 0)), .init("findings", .array(list))])
    }

    private static func findings(
        _ file: String,
        gold: String?,
        _ sizes: GLUESubmission.Sizes
    ) throws -> [GLUESubmission.Finding] {
        guard let gold else {
            if let folder = try archive(ofFolder: file) { return GLUESubmission.check(folder, sizes: sizes) }
            return try InputFile.readPlain(file) { (bytes) throws(EvalError) in
                do throws(FileError) {
                    return GLUESubmission.check(try ZipArchive(reading: bytes), sizes: sizes)
                } catch {
                    throw EvalError(error)
                }
            }
        }
        let questions = try InputFile.read(gold) { (bytes) throws(EvalError) in try SQuADReferences(json: bytes) }
        return try InputFile.readPlain(file) { (bytes) throws(EvalError) in
            try SQuADSubmission.check(bytes, against: questions.questions)
        }
    }

    /// What the archive of a folder's files would be; nil if it is no folder.
    private static func archive(ofFolder folder: String) throws -> ZipArchive? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            return nil
        }
        var files: [ZipArchive.File] = []
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() {
            let path = "\(folder)/\(name)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
                continue
            }
            files.append(ZipArchive.File(name: name, bytes: try FileContent.read(path)))
        }
        return ZipArchive(files)
    }
}
