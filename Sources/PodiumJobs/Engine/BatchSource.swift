package import PodiumBERT

/// Where the batches of a training come from.
package protocol BatchSource {
    /// The parts of a step's batch, one where it is whole; steps are asked for one after the other.
    ///
    /// - Parameters:
    ///   - step: counted from 0.
    ///   - share: of the training that is done, 0…1.
    mutating func parts(step: Int, share: Double) throws -> [PackedBatch]

    /// What goes into a checkpoint, by keys of the source's own; a step and a share need no place there.
    var state: [String: String] { get }

    /// Goes on from what a checkpoint holds, among other things.
    mutating func restore(_ state: [String: String]) throws
}

/// Batches that follow from the step alone.
struct StepwiseBatches: BatchSource {
    let body: (Int) throws -> [PackedBatch]

    func parts(step: Int, share: Double) throws -> [PackedBatch] { try body(step) }
    var state: [String: String] { [:] }
    func restore(_ state: [String: String]) throws {}
}

/// Measurements that a training makes of its model at shares of its length.
package struct PeriodicMeasurement {
    /// Ascending, above 0.
    let shares: [Double]
    /// Values by name.
    let measure: () throws -> [String: Double]
    private var next = 0

    package init(shares: [Double], measure: @escaping () throws -> [String: Double]) {
        self.shares = Set(shares).sorted()
        self.measure = measure
    }

    /// Leaves out what an earlier attempt has passed.
    mutating func skip(to share: Double) {
        while next < shares.count, shares[next] <= share + 1e-9 { next += 1 }
    }

    func isDue(_ share: Double) -> Bool { next < shares.count && share >= shares[next] - 1e-9 }
}
