internal import Foundation
package import Logging
internal import PodiumPrimitives

/// Log lines with time and level.
package struct LineLog: LogHandler {
    /// How a line is written.
    package enum Style: String, CaseIterable, Sendable {
        /// For people: `2026-03-01 14:05:09 warning: run 7: its worker is lost`.
        case text
        /// A JSON object a line, with UTC times.
        case json
        /// `time=… level=… message="…"`, with UTC times.
        case logfmt
    }

    package var logLevel: Logger.Level = .info
    package var metadata: Logger.Metadata = [:]
    private let style: Style
    private let write: @Sendable (String) -> Void

    /// A logger whose lines are passed on.
    package static func logger(style: Style = .text, _ write: @escaping @Sendable (String) -> Void) -> Logger {
        Logger(label: "podium") { _ in LineLog(style: style, write: write) }
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
        let now = Date()
        switch style {
        case .text: write("\(LocalTime.text(now.timeIntervalSince1970)) \(event.level): \(event.message)")
        case .json, .logfmt:
            let fields = [("time", Self.utc(now)), ("level", "\(event.level)"), ("message", "\(event.message)")]
            let pairs = fields.map { ($0.0, Self.quoted($0.1)) }
            write(
                style == .json
                    ? "{" + pairs.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
                    : pairs.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
            )
        }
    }

    /// Text between quotation marks as JSON has it, on one line whatever is in it.
    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    /// `2026-03-01T14:05:09.123Z`.
    private static func utc(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
