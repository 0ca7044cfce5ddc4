internal import Foundation

/// Engine processes of this machine.
package struct RunningEngine: Sendable, Equatable {
    package var process: Int32
    package var parent: Int32
    /// The attempt's folder, its last argument.
    package var folder: String

    package init(process: Int32, parent: Int32, folder: String) {
        self.process = process
        self.parent = parent
        self.folder = folder
    }
}

package enum RunningEngines {
    /// Processes whose command line is `… engine … FOLDER/attempt-N`, as far as this user may see them.
    package static func all(in proc: String = "/proc") -> [RunningEngine] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: proc)) ?? []
        return names.compactMap { name in
            guard let process = Int32(name), let data = FileManager.default.contents(atPath: "\(proc)/\(name)/cmdline")
            else { return nil }
            let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard words.count >= 3, words[1] == "engine", let folder = words.last,
                folder.contains("/artifacts/run-"), folder.contains("/attempt-")
            else { return nil }
            // pid (name) state parent …; the name may hold anything, also parentheses.
            let status = FileManager.default.contents(atPath: "\(proc)/\(name)/stat")
                .map { String(decoding: $0, as: UTF8.self) }
            var parent: Int32 = 0
            if let status, let end = status.lastIndex(of: ")") {
                parent =
                    status[status.index(after: end)...].split(separator: " ").dropFirst().first.flatMap { Int32($0) }
                    ?? 0
            }
            return RunningEngine(process: process, parent: parent, folder: folder)
        }
    }
}
