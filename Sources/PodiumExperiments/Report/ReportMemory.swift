import PodiumCore
import PodiumLibrary
import Synchronization

/// What reports have read and computed, for the next one: when a run has ended, its own predictions are read and its own task
/// is tested, and all else is there.
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
        /// By file; the number of the last look tells which are in use.
        var answers: [FileIdentity: (answers: RunAnswers, used: Int)] = [:]
        var tests: [TestKey: (tests: TaskTests, used: Int)] = [:]
        /// Those that the next file is compared with.
        var examples: [EvaluatedExamples] = []
        var looks = 0
        var answerBytes = 0
        var testBytes = 0
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

    private let state = Mutex(State())
    private let limit: Int

    /// Lists of examples that a file is compared with; a list that has left them comes again as another one of equal content.
    private static let exampleLimit = 100

    /// - Parameter limit: how many bytes of answers are kept, and how many of tests.
    package init(limit: Int = 64 << 20) {
        self.limit = limit
    }

    // MARK: Answers

    /// What a run answered, by the file of its predictions; nil where that holds none.
    ///
    /// Traits of inputs, which take more memory than all the rest, are read again each time.
    func answers(in file: FileIdentity, traits: Bool) -> RunAnswers? {
        if !traits, let known = known(file) { return known }
        state.withLock { $0.work.read += 1 }
        guard let rows = try? PredictionLog.read(file.path, traits: traits), !rows.isEmpty else { return nil }
        let answers = RunAnswers(rows, of: examples(of: rows), traits: traits)
        if !traits { keep(answers, of: file) }
        return answers
    }

    private func known(_ file: FileIdentity) -> RunAnswers? {
        state.withLock { state in
            state.looks += 1
            state.answers[file]?.used = state.looks
            return state.answers[file]?.answers
        }
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
            state.looks += 1
            guard state.answers.updateValue((answers, state.looks), forKey: file) == nil else { return }
            state.answerBytes += answers.bytes
            guard state.answerBytes > limit else { return }
            // The half that was used last stays, so that the search is rare.
            for (file, kept) in state.answers.sorted(by: { $0.value.used < $1.value.used }) {
                guard state.answerBytes > limit / 2 else { break }
                state.answers[file] = nil
                state.answerBytes -= kept.answers.bytes
            }
            let used = Set(state.answers.values.map { ObjectIdentifier($0.answers.examples) })
            state.examples.removeAll { !used.contains(ObjectIdentifier($0)) }
        }
    }

    // MARK: Tests

    func tests(_ key: TestKey, make: () -> TaskTests) -> TaskTests {
        let known = state.withLock { state -> TaskTests? in
            state.looks += 1
            state.tests[key]?.used = state.looks
            return state.tests[key]?.tests
        }
        if let known { return known }
        let made = make()
        state.withLock { state in
            state.looks += 1
            state.work.tested += 1
            guard state.tests.updateValue((made, state.looks), forKey: key) == nil else { return }
            state.testBytes += made.bytes
            guard state.testBytes > limit else { return }
            for (key, kept) in state.tests.sorted(by: { $0.value.used < $1.value.used }) {
                guard state.testBytes > limit / 2 else { break }
                state.tests[key] = nil
                state.testBytes -= kept.tests.bytes
            }
        }
        return made
    }
}
