internal import Foundation

extension Sample {
    /// The file that says which sample a directory holds.
    package static let versionFile = "VERSION"

    /// Writes the sample as a directory that appears whole or not at all.
    ///
    /// The files go to a sibling first, which is then renamed. A directory that
    /// holds this very sample already is left as it is, so several processes may
    /// do this at once.
    package func write(to directory: String) throws(SampleError) {
        let manager = FileManager.default
        let mark = seed == Self.standardSeed ? Self.version : "\(Self.version), seed \(seed)"
        if Self.mark(of: directory) == mark { return }
        let target = URL(fileURLWithPath: directory)
        let draft = target.deletingLastPathComponent()
            .appendingPathComponent(".\(target.lastPathComponent).\(UUID().uuidString)")
        do {
            for file in files() + [File(path: Self.versionFile, bytes: Array("\(mark)\n".utf8))] {
                let place = draft.appendingPathComponent(file.path)
                try manager.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.bytes).write(to: place)
            }
        } catch {
            try? manager.removeItem(at: draft)
            throw SampleError(.unwritable, "\(directory): the sample cannot be written (\(error.localizedDescription))")
        }
        guard rename(draft.path, target.path) != 0 else { return }
        let reason = String(cString: strerror(errno))
        try? manager.removeItem(at: draft)
        if Self.mark(of: directory) == mark { return }
        guard manager.fileExists(atPath: directory) else {
            throw SampleError(.unwritable, "\(directory): the finished sample cannot be given its name (\(reason))")
        }
        throw SampleError(
            .occupied,
            "\(directory): there is something else already; remove it or name another directory"
        )
    }

    /// What a directory's version file says, if it has one.
    private static func mark(of directory: String) -> String? {
        FileManager.default.contents(atPath: "\(directory)/\(versionFile)")
            .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .newlines) }
    }
}
