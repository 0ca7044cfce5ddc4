package import PodiumCore
package import PodiumLibrary
internal import PodiumPJRT

/// Compiles the training steps of a submission for a TPU that need not be there.
package struct Planner {
    private let devices: DeviceFactory
    private let plans: StoredPlans
    private let models: ModelLibrary

    package init(devices: DeviceFactory, plans: StoredPlans, models: ModelLibrary) {
        self.devices = devices
        self.plans = plans
        self.models = models
    }

    /// Each different step once, in the file's order, with how many runs take it.
    package func steps(of submission: Submission) throws -> [PlannedStep] {
        var steps: [PlannedStep] = []
        for run in submission.runs.map(\.spec) where run.work.optimization != nil {
            let step = try PlannedStep(run, models: models)
            if let known = steps.firstIndex(where: { $0.isSame(as: step) }) {
                steps[known].runs += 1
            } else {
                steps.append(step)
            }
        }
        guard !steps.isEmpty else {
            throw DeviceError(.invalidRequest, "\(submission.name) trains nothing that could be planned")
        }
        return steps
    }

    /// Plans every step and keeps the plans; a step that does not fit is compiled once more with
    /// `gradientCheckpointing`.
    ///
    /// - Parameters:
    ///   - devices: how many share the batch; nil for all of the topology.
    ///   - report: called before each compilation, which takes a minute or two.
    package func plan(
        _ submission: Submission,
        topology: String,
        devices count: Int?,
        report: (String) -> Void
    ) throws -> [PlanResult] {
        let steps = try steps(of: submission)
        let compiler = try TPUCompiler(path: try devices.compilerPath())
        let available = try compiler.devices(of: topology).count
        let sharing = count ?? available
        guard sharing <= available else {
            throw DeviceError(.invalidRequest, "\(topology) has \(available) devices, not \(sharing)")
        }
        return try steps.map { step in
            report("Compiling \(step.name) for \(topology) …")
            var result = try step.result(on: topology, devices: sharing, compiler: compiler)
            if !result.fits, let checkpointed = step.checkpointed {
                report("It does not fit; compiling it with gradientCheckpointing …")
                let other = try checkpointed.result(on: topology, devices: sharing, compiler: compiler)
                result.withCheckpointing = PlanResult.Alternative(other)
            }
            try plans.store(result, for: step)
            return result
        }
    }

    /// What was planned before for a run's step, by topology; nothing for runs that do not train.
    package func known(for run: RunSpec) -> [PlanResult] {
        guard let step = try? PlannedStep(run, models: models) else {
            return []
        }
        return plans.plans(for: step)
    }
}
