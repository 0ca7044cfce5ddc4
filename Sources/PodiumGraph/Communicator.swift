/// Exchanges tensors with the other replicas of a training, for executors that run one replica each.
///
/// All replicas call `sum` the same number of times with the same numbers of elements, in the same order.
package protocol Communicator: AnyObject {
    /// Number of replicas, including this one.
    var replicas: Int { get }

    /// Replaces the elements by their sums over all replicas; waits for the others.
    ///
    /// Terms are added in the order of the replicas' numbers, so that all replicas get the same bits.
    func sum(_ elements: UnsafeMutableBufferPointer<Float>) throws(GraphError)
}

/// The communicator of a replica that has no peers.
package final class SingleReplica: Communicator {
    package let replicas = 1

    package init() {}

    package func sum(_ elements: UnsafeMutableBufferPointer<Float>) throws(GraphError) {}
}
