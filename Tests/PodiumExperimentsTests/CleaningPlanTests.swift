import PodiumCore
import PodiumExperiments
import PodiumStore
import Testing

@Suite
struct CleaningPlanTests {
    private let root = "/data/artifacts"
    private static let day = 86_400.0
    private let now = 100 * day

    private func artifact(
        _ id: Int64,
        _ kind: Artifact.Kind,
        run: Int64 = 1,
        token: Int64 = 1,
        path: String
    ) -> ArtifactRecord {
        ArtifactRecord(
            id: id,
            run: RunID(rawValue: run),
            attempt: 1,
            token: token,
            artifact: Artifact(kind: kind, path: path, sha256: "", bytes: 10),
            createdAt: 0
        )
    }

    private func attempt(_ run: Int64, _ token: Int64, age: Double = 50) -> CleaningPlan.AttemptFolder {
        CleaningPlan.AttemptFolder(
            run: RunID(rawValue: run),
            token: token,
            folder: .init(path: "\(root)/run-\(run)/attempt-\(token)", bytes: 5, changedAt: now - age * Self.day)
        )
    }

    private func plan(
        _ runs: [Int64: CleaningFacts.Run],
        _ artifacts: [ArtifactRecord] = [],
        used: Set<Int64> = [],
        attempts: [CleaningPlan.AttemptFolder] = [],
        shards: [CleaningPlan.Folder] = [],
        pretrains: Bool = false
    ) -> [String] {
        CleaningPlan(
            facts: CleaningFacts(
                now: now,
                runs: Dictionary(uniqueKeysWithValues: runs.map { (RunID(rawValue: $0.key), $0.value) }),
                artifacts: artifacts,
                used: used,
                hasOpenPretraining: pretrains
            ),
            attempts: attempts,
            shards: shards,
            root: root,
            age: 7 * Self.day
        ).items.map(\.path)
    }

    private func over(_ state: RunState, age: Double = 10) -> CleaningFacts.Run {
        CleaningFacts.Run(state: state, endedAt: now - age * Self.day)
    }

    @Test func checkpointsOfRunsThatHaveBeenOverForLongGo() {
        let path = "\(root)/run-1/attempt-1/checkpoints/1"
        let checkpoint = artifact(1, .checkpoint, path: path)
        for state in [RunState.succeeded, .failed, .cancelled] {
            #expect(plan([1: over(state)], [checkpoint]) == [path])
            #expect(plan([1: over(state, age: 6)], [checkpoint]).isEmpty)
            #expect(plan([1: over(state)], [checkpoint], used: [1]).isEmpty)
        }
        for state in [RunState.ready, .waiting, .blocked, .running] {
            #expect(plan([1: .init(state: state, token: 1)], [checkpoint]).isEmpty)
        }
    }

    @Test func whatElseARowNamesStaysForEver() {
        for kind in Artifact.Kind.allCases where kind != .checkpoint {
            let kept = artifact(1, kind, path: "\(root)/run-1/attempt-1/x")
            #expect(plan([1: over(.succeeded)], [kept], attempts: [attempt(1, 1)]).isEmpty)
        }
    }

    @Test func nothingOutsideTheArtifactsGoes() {
        for path in ["/etc/passwd", "/data/artifactsX/run-1/a", "/data/models/m"] {
            #expect(plan([1: over(.failed)], [artifact(1, .checkpoint, path: path)]).isEmpty, "\(path)")
        }
    }

    @Test func foldersOfAttemptsThatNoRowNamesGo() {
        let orphan = "\(root)/run-1/attempt-2"
        #expect(plan([1: over(.failed)], attempts: [attempt(1, 2)]) == [orphan])
        #expect(plan([1: over(.failed, age: 1)], attempts: [attempt(1, 2)]).isEmpty)
        // The attempt that runs, and one that a lost worker may still write to.
        #expect(plan([1: .init(state: .running, token: 2)], attempts: [attempt(1, 2)]).isEmpty)
        #expect(plan([1: .init(state: .running, token: 3)], attempts: [attempt(1, 2, age: 0.5)]).isEmpty)
        #expect(plan([1: .init(state: .running, token: 3)], attempts: [attempt(1, 2)]) == [orphan])
        #expect(plan([:], attempts: [attempt(1, 2)]) == [orphan])
        #expect(plan([:], attempts: [attempt(1, 2, age: 0.5)]).isEmpty)
        // A folder whose name begins alike is another one.
        let other = artifact(1, .model, token: 22, path: "\(root)/run-1/attempt-22/model")
        #expect(plan([1: over(.failed)], [other], attempts: [attempt(1, 2), attempt(1, 22)]) == [orphan])
    }

    @Test func examplesForPretrainingGoWhileNoneIsOpen() {
        let old = CleaningPlan.Folder(path: "/data/pretraining/a", bytes: 1, changedAt: now - 8 * Self.day)
        let new = CleaningPlan.Folder(path: "/data/pretraining/b", bytes: 1, changedAt: now - 6 * Self.day)
        #expect(plan([:], shards: [old, new]) == ["/data/pretraining/a"])
        #expect(plan([:], shards: [old, new], pretrains: true).isEmpty)
    }
}
