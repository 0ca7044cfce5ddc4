package import PodiumCore

/// How many examples the official sets have.
package enum OfficialSize {
    package enum Split: String, Hashable, Sendable {
        case dev
        case test
    }

    /// All sizes that count as complete: MNLI has a matched set, a mismatched set, and both together.
    package static func examples(of task: BenchmarkTask, split: Split) -> [Int] {
        switch split {
        case .test:
            let sizes = GLUESubmission.files.filter { $0.task == task }.map(\.rows)
            return sizes.count > 1 ? sizes + [sizes.reduce(0, +)] : sizes
        case .dev:
            return switch task {
            case .cola: [1043]
            case .sst2: [872]
            case .mrpc: [408]
            case .stsb: [1500]
            case .qqp: [40_430]
            case .mnli: [9815, 9832, 19_647]
            case .qnli: [5463]
            case .rte: [277]
            case .wnli: [71]
            case .ax: [1104]
            case .squadV1: [10_570]
            case .squadV2: [11_873]
            }
        }
    }
}
