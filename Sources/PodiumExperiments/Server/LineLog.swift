internal import Foundation
package import Logging
internal import PodiumPrimitives

/// Log lines with time and level.
package struct LineLog: LogHandler {
    package var logLevel: Logger.Level = .info
    package var metadata: Logger.Metadata = [:]
    private let write: @Sendable (String) -> Void

    /// A logger whose lines are passed on.
    package static func logger(_ write: @escaping @Sendable (String) -> Void) -> Logger {
        Logger(label: "podium") { _ in LineLog(write: write) }
    }

    /// A logger that appends to a file; nil if it cannot be opened.
    package static func logger(appendingTo path: String) -> Logger? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return nil }
        // Kept open to the end of the process.
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        return logger { try? handle.write(contentsOf: Data(($0 + "\n").utf8)) }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        write("\(LocalTime.text(Date().timeIntervalSince1970)) \(event.level): \(event.message)")
    }
}
