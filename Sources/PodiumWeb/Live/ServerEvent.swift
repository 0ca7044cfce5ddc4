internal import FoundationEssentials
internal import PodiumCore
internal import PodiumStore

/// Events as `text/event-stream` has them (WHATWG HTML, server-sent events).
enum ServerEvent {
    /// Tells a browser after how many milliseconds to come back.
    static let opening = Array("retry: 1000\n\n".utf8)
    /// Keeps a quiet connection alive, and finds out whether anybody is there.
    static let heartbeat = Array(":\n\n".utf8)

    /// Where the stream stands: the id is what a browser sends when it comes back.
    static func place(_ place: ChangeID) -> [UInt8] { Array("id: \(place)\nevent: place\ndata: {}\n\n".utf8) }

    static func change(_ change: RunChange) -> [UInt8] {
        event(id: change.id, name: "change", change) ?? Array("id: \(change.id)\nevent: change\ndata: {}\n\n".utf8)
    }

    /// Measurements have no id: whoever missed some needs the latest only.
    static func progress(_ item: RunningProgress) -> [UInt8]? {
        struct Document: Encodable {
            var run: Int64
            var suite: Int64
            var step: Int
            var totalSteps: Int
            var loss: Double?
            var remainingSeconds: Double?
            var tokensPerSecond: Double?
        }
        func number(_ value: Double) -> Double? { value.isFinite ? value : nil }
        let progress = item.progress
        return event(
            id: nil,
            name: "progress",
            Document(
                run: item.run.rawValue,
                suite: item.suite.rawValue,
                step: progress.step,
                totalSteps: progress.totalSteps,
                loss: number(progress.loss),
                remainingSeconds: number(progress.remainingSeconds),
                tokensPerSecond: number(progress.tokensPerSecond)
            )
        )
    }

    private static func event(id: ChangeID?, name: String, _ value: some Encodable) -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // JSON escapes line ends, so the data is one line.
        guard let data = try? encoder.encode(value) else { return nil }
        let head = (id.map { "id: \($0)\n" } ?? "") + "event: \(name)\ndata: "
        return Array(head.utf8) + Array(data) + Array("\n\n".utf8)
    }
}
