import PodiumBERT

/// A model as the engine reads it, for those who plan runs.
package enum EngineModel {
    /// The longest sequence that the model in a folder, or under a checkpoint's prefix, takes.
    ///
    /// - Throws: why a run that starts from the model would be refused.
    package static func positions(of path: String) throws -> Int {
        try ModelDirectory.check(path).maximumPositions
    }
}
