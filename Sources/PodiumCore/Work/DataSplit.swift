/// A part of a task's data; the raw value is the stem of its file's official name.
package enum DataSplit: String, Codable, Hashable, Sendable, CaseIterable, Comparable {
    case train
    case dev
    /// MNLI's development set of the training set's genres.
    case devMatched = "dev_matched"
    case devMismatched = "dev_mismatched"
    case test
    case testMatched = "test_matched"
    case testMismatched = "test_mismatched"
    /// GLUE's diagnostic set (AX).
    case diagnostic

    /// Whether systems are scored on it while they are developed.
    package var isDevelopment: Bool {
        switch self {
        case .dev, .devMatched, .devMismatched: true
        case .train, .test, .testMatched, .testMismatched, .diagnostic: false
        }
    }

    package static func < (a: DataSplit, b: DataSplit) -> Bool { a.rawValue < b.rawValue }
}
