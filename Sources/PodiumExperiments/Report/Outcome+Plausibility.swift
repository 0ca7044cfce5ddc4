import PodiumEval
import PodiumReport

extension Report.Outcome {
    /// Notes a metric that lies far from all published development scores; only official data can be compared so.
    func checkedForPlausibility(
        datasets: [Report.Dataset],
        published: [Report.PublishedTable]
    ) -> Report.Outcome {
        guard let set = datasets.first(where: { $0.id == dataset }), set.origin == .official, status == .ok else {
            return self
        }
        let known = published.filter { $0.split == set.split }.flatMap { $0.rows.flatMap(\.values) }
        for metric in metrics {
            let numbers = known.filter { $0.task == task && $0.metric == metric.name }.map(\.number.value)
            guard let value = metric.measurement?.value,
                let finding = Detectors.plausibility(value, published: numbers)
            else { continue }
            var noted = self
            noted.notes.append(
                Report.Note(
                    code: finding.code.rawValue,
                    severity: .warning,
                    message: "\(metric.name): \(finding.message)"
                )
            )
            return noted
        }
        return self
    }
}
