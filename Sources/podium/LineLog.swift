import Foundation
import Logging
import PodiumCore
import PodiumPrimitives

/// Log lines with time and level, on standard error or appended to a file.
struct LineLog: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    private let write: @Sendable (String) -> Void

    /// On standard error.
    static func standardError() -> Logger {
        Logger(label: "podium") { _ in LineLog { Terminal.error($0) } }
    }

    /// Into a file; on standard error if it cannot be opened.
    static func file(_ path: String) -> Logger {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return standardError() }
        // Kept open to the end of the process.
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        return Logger(label: "podium") { _ in LineLog { try? handle.write(contentsOf: Data(($0 + "\n").utf8)) } }
    }

    private init(write: @escaping @Sendable (String) -> Void) {
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        write("\(LocalTime.text(Date().timeIntervalSince1970)) \(event.level): \(event.message)")
    }
}
