internal import PodiumCore

/// `sweep:`: lists of values, of which every combination is a configuration.
struct Sweep {
    static let keys = Hyperparameter.all.map(\.key) + ["seed"]

    private let node: SpecNode?

    init(_ node: SpecNode?) {
        self.node = node
    }

    /// One combination of the sweep's values.
    struct Configuration {
        /// What tells it from the others: `learningRate=3e-5,batchSize=16`; nil if there are none.
        var label: String?
        var work: Work
    }

    private struct Axis {
        var parameter: Hyperparameter
        /// Each value once, whatever its spellings.
        var values: [(value: ParameterValue, node: SpecNode)]
    }

    /// The product of the values of those keys that apply to the draft's work.
    ///
    /// - Parameters:
    ///   - runsEach: how many runs a configuration makes.
    ///   - runsBefore: how many the file makes already.
    ///   - place: where to point if values disagree that stand nowhere in the file.
    func configurations(
        of draft: TrainingDraft,
        runsEach: Int,
        runsBefore: Int,
        at place: SpecNode,
        _ use: inout KeyUse
    ) throws(SpecError) -> [Configuration] {
        let axes = try axes(of: draft.work, &use)
        var total = runsEach
        for axis in axes {
            let (product, overflows) = total.multipliedReportingOverflow(by: axis.values.count)
            total = overflows ? .max : product
        }
        guard total <= SpecReader.runLimit - runsBefore else {
            let sizes = axes.map { "\($0.values.count)" } + (runsEach > 1 ? ["\(runsEach) seeds"] : [])
            let product = axes.isEmpty ? "" : " (\(sizes.joined(separator: " × ")) on one task of one system)"
            throw (node ?? place).error(
                .invalidValue,
                "the file asks for more than \(SpecReader.runLimit) runs\(product); sweep fewer values",
                atKey: true
            )
        }
        var drafts: [(label: [String], draft: TrainingDraft)] = [([], draft)]
        for axis in axes {
            drafts = drafts.flatMap { label, draft in
                axis.values.map { value, node in
                    var next = draft
                    next.set(axis.parameter, value, at: node)
                    return (label + ["\(axis.parameter.key)=\(value)"], next)
                }
            }
        }
        var result: [Configuration] = []
        for (label, draft) in drafts {
            let label = drafts.count > 1 ? label.joined(separator: ",") : nil
            result.append(Configuration(label: label, work: try draft.reconciled(at: place)))
        }
        return result
    }

    private func axes(of work: Work, _ use: inout KeyUse) throws(SpecError) -> [Axis] {
        guard let fields = try node?.fields(Self.keys) else { return [] }
        var axes: [Axis] = []
        for parameter in Hyperparameter.all {
            guard let field = fields[parameter.key] else { continue }
            guard let items = field.items, !items.isEmpty else {
                throw field.error(.wrongType, "\(field.path) must be a list of values to try")
            }
            let applies = parameter.applies(to: work)
            use.note(field, applies: applies, scope: parameter.scope)
            var values: [(value: ParameterValue, node: SpecNode)] = []
            var known: Set<ParameterValue> = []
            for item in items {
                let value = try item.value(parameter.domain)
                if known.insert(value).inserted { values.append((value, item)) }
            }
            guard applies else { continue }
            if let group = parameter.group, let other = axes.first(where: { $0.parameter.group == group }) {
                throw field.error(
                    .invalidValue,
                    "\(field.path): \(other.parameter.key) is swept too, and each says when training ends",
                    atKey: true
                )
            }
            axes.append(Axis(parameter: parameter, values: values))
        }
        return axes
    }
}
