/// A generation of TPUs: what one chip can do, by the figures in Cloud TPU's documentation ("TPU architecture").
///
/// A chip shows as one device or, a core each, as two.
package enum TPUChip: String, CaseIterable, Sendable {
    case v2, v3, v4, v5e, v5p, v6e

    /// bfloat16 operations per second.
    package var peakFLOPS: Double {
        switch self {
        case .v2: 45e12
        case .v3: 123e12
        case .v4: 275e12
        case .v5e: 197e12
        case .v5p: 459e12
        case .v6e: 918e12
        }
    }

    /// Bytes per second between memory and compute units.
    package var memoryBandwidth: Double {
        switch self {
        case .v2: 700e9
        case .v3: 900e9
        case .v4: 1228e9
        case .v5e: 819e9
        case .v5p: 2765e9
        case .v6e: 1640e9
        }
    }

    /// Bytes of memory (HBM).
    package var memoryBytes: Int {
        let gibibytes =
            switch self {
            case .v2: 16
            case .v3: 32
            case .v4: 32
            case .v5e: 16
            case .v5p: 95
            case .v6e: 32
            }
        return gibibytes << 30
    }

    /// A topology's name, as `v2:2x2` or `v4:2x2x1`, taken apart.
    ///
    /// - Returns: the generation, and the number of chips.
    package static func parse(_ topology: String) throws(PJRTError) -> (chip: TPUChip, chips: Int) {
        let parts = topology.split(separator: ":", omittingEmptySubsequences: false)
        let sizes = parts.count == 2 ? parts[1].split(separator: "x", omittingEmptySubsequences: false) : []
        let numbers = sizes.compactMap { Int($0) }
        guard parts.count == 2, let chip = TPUChip(rawValue: String(parts[0])), (2...3).contains(numbers.count),
            numbers.count == sizes.count, numbers.allSatisfy({ (1...1024).contains($0) })
        else {
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            throw PJRTError(
                .missing,
                "\"\(topology)\" is no TPU topology: write GENERATION:CHIPSxCHIPS, as v2:2x2 or v4:2x2x1; generations are \(known)"
            )
        }
        return (chip, numbers.reduce(1, *))
    }
}
