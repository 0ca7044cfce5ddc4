/// A device's time by kind of operation.
///
/// A device records into it while it runs; read it between runs.
package final class OperationTimes {
    package struct Entry: Sendable {
        package var calls = 0
        package var seconds = 0.0
    }

    package private(set) var entries: [String: Entry] = [:]

    package init() {}

    package func reset() { entries = [:] }

    func measure<Failure: Error>(_ name: String, _ body: () throws(Failure) -> Void) throws(Failure) {
        let clock = ContinuousClock()
        let start = clock.now
        try body()
        let elapsed = (clock.now - start).components
        entries[name, default: Entry()].calls += 1
        entries[name, default: Entry()].seconds += Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }
}
