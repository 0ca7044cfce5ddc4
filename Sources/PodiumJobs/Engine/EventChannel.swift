internal import Foundation
package import PodiumCore
internal import Synchronization

/// Passes events on to the worker as JSON lines, each in one write.
package final class EventChannel: Sendable {
    private let lock = Mutex(())
    private let write: @Sendable (String) -> Void

    /// - Parameter write: writes a line that has no line feed yet; never called from two threads at once.
    package init(write: @escaping @Sendable (String) -> Void) {
        self.write = write
    }

    package func say(_ event: EngineEvent) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A number that JSON has no word for ends an attempt elsewhere; here it must not hide the event.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf",
            negativeInfinity: "-inf",
            nan: "nan"
        )
        guard let json = try? encoder.encode(event) else { return }
        lock.withLock { _ in write(String(decoding: json, as: UTF8.self)) }
    }
}
