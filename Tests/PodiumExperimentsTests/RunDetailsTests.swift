import Foundation
import PodiumCore
import PodiumExperiments
import PodiumPrimitives
import Testing

struct RunDetailsTests {
    private var run: RunRecord {
        var run = RunRecord(
            id: RunID(rawValue: 7),
            suite: SuiteID(rawValue: 2),
            suiteName: "glue",
            spec: RunSpec(
                name: "mrpc/1",
                system: "a",
                work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc))
            ),
            state: .succeeded,
            reason: nil,
            submittedAt: 0
        )
        (run.startedAt, run.endedAt) = (10, 75)
        run.progress = TrainingProgress(
            step: 9,
            totalSteps: 10,
            loss: 0.12345,
            learningRate: 1e-5,
            examplesPerSecond: 1500,
            tokensPerSecond: 20,
            remainingSeconds: 0
        )
        return run
    }

    private var details: RunDetails {
        var result = RunResult(metrics: ["f1": 0.5, "accuracy": 0.25], trainedSteps: 10, trainingSeconds: 2)
        result.notes = ["odd"]
        let artifacts = [
            Artifact(kind: .checkpoint, step: 5, path: "/a/5", sha256: "", bytes: 1),
            Artifact(kind: .model, path: "/a/model", sha256: "", bytes: 1),
            Artifact(kind: .checkpoint, step: 3, path: "/a/3", sha256: "", bytes: 1),
        ]
        return RunDetails(
            run: run,
            attempts: [
                AttemptRecord(attempt: 1, token: 1, startedAt: 10, endedAt: 20, outcome: .lost, message: "no lease"),
                AttemptRecord(attempt: 2, token: 2, host: "here", startedAt: 20, resumedFromStep: 5),
            ],
            result: result,
            artifacts: artifacts.enumerated().map { place, artifact in
                ArtifactRecord(
                    id: Int64(place),
                    run: run.id,
                    attempt: 1,
                    token: 1,
                    artifact: artifact,
                    createdAt: 0,
                    removedAt: artifact.step == 3 ? 9 : nil
                )
            }
        )
    }

    @Test func everythingThatIsKnownIsShown() {
        let expected = """
            Run 7: mrpc/1
              suite      2 (glue)
              state      succeeded
              kind       finetune, seed 1, model fresh tiny
              task       \(run.spec.work.examples?.task.rawValue ?? "") on \(run.spec.work.examples?.data.description ?? "")
              submitted  \(LocalTime.text(0))
              started    \(LocalTime.text(10))
              ended      \(LocalTime.text(75))
              progress   step 9 of 10, loss 0.1235, 1.5k examples/s, 20 tokens/s
              attempt 1  lost after 0:10 on ?: no lease
              attempt 2  running, resumed from step 5 on here
              accuracy             0.25
              f1                   0.5
              measured   10 steps, 200.0 ms a step
              note       odd
              checkpoint of step 5 /a/5
              model                /a/model
            """
        #expect(details.text == expected)
    }

    @Test func aRunThatHasNotStartedHasFewLines() {
        let waiting = RunRecord(
            id: RunID(rawValue: 7),
            suite: SuiteID(rawValue: 2),
            suiteName: "glue",
            spec: run.spec,
            state: .blocked,
            reason: "blocked by 3",
            submittedAt: 0
        )
        let lines = RunDetails(run: waiting).text.split(separator: "\n")
        #expect(lines.count == 6 && lines[2] == "  state      blocked (blocked by 3)")
    }

    @Test func theDocumentHasItsOwnKeysAlone() throws {
        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(details)) as? [String: Any]
        #expect(json.map { Set($0.keys) } == ["run", "attempts", "result", "artifacts"])
        let empty = try JSONSerialization.jsonObject(with: JSONEncoder().encode(RunDetails(run: run))) as? [String: Any]
        #expect(empty.map { Set($0.keys) } == ["run", "attempts", "artifacts"])
    }

    @Test func aRunThatIsNotThereIsNamed() async throws {
        let fixture = try await RunFixture("a")
        #expect(try await RunDetails(of: fixture.runs[0].rawValue, in: fixture.store).run.spec.name == "a")
        let error = await #expect(throws: ExperimentError.self) { try await RunDetails(of: 99, in: fixture.store) }
        #expect(error?.message == "there is no run 99; `podium queue --all` lists them")
    }
}
