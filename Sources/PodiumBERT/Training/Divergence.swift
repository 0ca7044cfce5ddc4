/// A step whose loss or gradient norm is not finite.
///
/// The step's update has been applied, so the weights are lost; a checkpoint of an earlier step is not affected.
package struct Divergence: Error, Hashable, Sendable, CustomStringConvertible {
    /// Counted from 1.
    package let step: Int
    package let loss: Double
    package let gradientNorm: Double
    /// The examples of the step's batch, by their numbers in the data set.
    package let examples: [Int32]

    package var description: String {
        "step \(step): the loss is \(loss) and the gradient's norm \(gradientNorm); a smaller learning rate or a longer warm-up usually helps"
    }
}
