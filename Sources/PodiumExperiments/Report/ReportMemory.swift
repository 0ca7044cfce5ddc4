import PodiumCore
import PodiumLibrary
import Synchronization

/// What reports have read and computed, for the next one: when a run has ended, its own predictions are read and its own task
/// is tested, and all else is there.
///
/// A task is tested anew as a whole, though most of its runs are as they were, because nothing of a test is about two systems
/// alone: examples on which all runs agree are drawn together (`ScoreTable`), so that one more run makes other units and other
/// draws for everybody, and ranks and adjusted p-values come from the greatest difference of all pairs in those same draws
/// (`SystemRanking`). What was kept of the old pairs would be of other draws than the new ones, and corrected for fewer pairs.
///
/// Nothing in it depends on the store. Answers are known by the file that they were read from (`FileIdentity`), and tests by
/// the files of all runs that they are of, in order: a run that is deleted, or whose file is replaced, asks for other ones.
package final class ReportMemory: Sendable {
    /// What the tests of a task are made from, and nothing else.
    struct TestKey: Hashable {
        var task: BenchmarkTask
        var seed: UInt64
        var resamples: Int
        var systems: [String]
        /// Of each system the files of its runs; nil for a run without predictions.
        var files: [[FileIdentity?]]
    }

    private struct State {
        var answers: BoundedMemory<FileIdentity, RunAnswers>
        var tests: BoundedMemory<TestKey, TaskTests>
        /// Those that the next file is compared with.
        var examples: [EvaluatedExamples] = []
        var work = Work()
    }

    /// What had to be done because it was not there.
    package struct Work: Sendable, Equatable {
        /// Files of predictions.
        package var read = 0
        /// Tasks of suites.
        package var tested = 0

        package init(read: Int = 0, tested: Int = 0) {
            (self.read, self.tested) = (read, tested)
        }
    }

    package var work: Work { state.withLock { $0.work } }

    private let state: Mutex<State>

    /// Lists of examples that a file is compared with; a list that has left them comes again as another one of equal content.
    private static let exampleLimit = 100

    /// - Parameter limit: how many bytes of answers are kept, and how many of tests.
    package init(limit: Int = 64 << 20) {
        state = Mutex(State(answers: BoundedMemory(limit: limit), tests: BoundedMemory(limit: limit)))
    }

    // MARK: Answers

    /// What a run answered, by the file of its predictions; nil where that holds none.
    ///
    /// Traits of inputs, which take more memory than all the rest, are read again each time.
    func answers(in file: FileIdentity, traits: Bool) -> RunAnswers? {
        if !traits, let known = state.withLock({ $0.answers.value(of: file) }) { return known }
        state.withLock { $0.work.read += 1 }
        guard let rows = try? PredictionLog.read(file.path, traits: traits), !rows.isEmpty else { return nil }
        let answers = RunAnswers(rows, of: examples(of: rows), traits: traits)
        if !traits { keep(answers, of: file) }
        return answers
    }

    /// Compares outside of the lock: lists of examples never change.
    private func examples(of rows: [ExamplePrediction]) -> EvaluatedExamples {
        let known = state.withLock { $0.examples }
        if let same = known.last(where: { $0.areSame(as: rows) }) { return same }
        let new = EvaluatedExamples(rows)
        return state.withLock { state in
            // Another reader may have come first.
            if let same = state.examples.last(where: { $0.areSame(as: rows) }) { return same }
            state.examples = state.examples.suffix(Self.exampleLimit - 1) + [new]
            return new
        }
    }

    private func keep(_ answers: RunAnswers, of file: FileIdentity) {
        state.withLock { state in
            guard state.answers.keep(answers, of: file, bytes: answers.bytes) else { return }
            let used = Set(state.answers.values.map { ObjectIdentifier($0.examples) })
            state.examples.removeAll { !used.contains(ObjectIdentifier($0)) }
        }
    }

    // MARK: Tests

    /// - Parameter make: a function of what the key says, and of nothing else.
    func tests(_ key: TestKey, make: () -> TaskTests) -> TaskTests {
        if let known = state.withLock({ $0.tests.value(of: key) }) { return known }
        let made = make()
        state.withLock { state in
            state.work.tested += 1
            state.tests.keep(made, of: key, bytes: made.bytes)
        }
        return made
    }
}
