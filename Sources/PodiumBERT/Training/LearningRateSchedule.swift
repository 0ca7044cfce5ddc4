/// The learning rate as a function of training progress.
package struct LearningRateSchedule: Hashable, Sendable {
    package enum Shape: String, CaseIterable, Sendable {
        /// `optimization.py` of the 2018 release: the decay runs over all steps from step 0 and the warm-up overrides
        /// it, so that after a warm-up proportion of w the rate drops from `peak` to (1 − w) · `peak`.
        case bert2018
        /// transformers' `get_linear_schedule_with_warmup`: up to `peak`, then down to 0 over the rest.
        case linear
    }

    package var shape: Shape
    package var peak: Double
    package var warmupProportion: Double

    package init(shape: Shape, peak: Double, warmupProportion: Double) {
        self.shape = shape
        self.peak = peak
        self.warmupProportion = warmupProportion
    }

    /// The rate of a step counted from 0.
    package func rate(step: Int, of total: Int) -> Double {
        let warmup = Int(Double(total) * warmupProportion)
        if step < warmup { return peak * Double(step) / Double(warmup) }
        switch shape {
        case .bert2018: return peak * (1 - Double(min(step, total)) / Double(total))
        case .linear: return peak * Double(max(0, total - step)) / Double(max(1, total - warmup))
        }
    }

    /// The rate at a fraction, from 0 to 1, of a training that is limited by time.
    package func rate(share: Double) -> Double {
        let share = min(1, max(0, share))
        if share < warmupProportion { return peak * share / warmupProportion }
        switch shape {
        case .bert2018: return peak * (1 - share)
        case .linear: return warmupProportion < 1 ? peak * (1 - share) / (1 - warmupProportion) : peak
        }
    }
}
