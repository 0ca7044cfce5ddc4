/// A key of `training`, `taskTraining` or `sweep`.
package typealias Hyperparameter = Parameter<Work>

extension Parameter<Work> {
    /// Every hyper-parameter, in the order of the documentation, of run names and of reports.
    package static let all: [Hyperparameter] = training + model + spans + pretraining

    package static func named(_ key: String) -> Hyperparameter? { all.first { $0.key == key } }
}

extension Work {
    /// What the work's hyper-parameters are: those that apply and are set, in the table's order.
    ///
    /// Two runs of equal settings, model and data are one configuration, whatever their seeds.
    package var settings: [Setting] {
        Hyperparameter.all.compactMap { parameter in
            parameter.value(in: self).map { Setting(key: parameter.key, value: $0) }
        }
    }
}

/// A hyper-parameter's value in one run.
package struct Setting: Hashable, Sendable {
    package var key: String
    package var value: ParameterValue

    package init(key: String, value: ParameterValue) {
        self.key = key
        self.value = value
    }
}
