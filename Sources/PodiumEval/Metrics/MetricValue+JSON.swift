package import PodiumFiles

extension MetricValue {
    /// The number, or null.
    package var json: JSONValue { value.map { .number($0) } ?? .null }
}
