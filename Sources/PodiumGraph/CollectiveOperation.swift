/// An operation whose outputs depend on the inputs of all replicas.
///
/// Replicas run the same graph on different shares of a batch. All other operations see one replica's tensors only.
package protocol CollectiveOperation: Operation {
    /// Meaning: each replica's outputs in naive float64 arithmetic, given each replica's inputs.
    func evaluate(replicas inputs: [[Reference]]) -> [[Reference]]
}

extension CollectiveOperation {
    /// The meaning for a single replica.
    package func evaluate(_ inputs: [Reference]) -> [Reference] { evaluate(replicas: [inputs])[0] }
}

/// The set of replicas that a mean is taken over.
package enum MeanScope: Hashable, Sendable {
    /// The whole batch: any number of replicas computes the same loss and gradients.
    case batch
    /// Each replica's share of the batch: every replica has a loss of its own.
    case replica
}
