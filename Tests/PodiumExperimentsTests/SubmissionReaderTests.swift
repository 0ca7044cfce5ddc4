import Foundation
import PodiumCore
import PodiumExperiments
import PodiumLibrary
import Testing

/// What becomes of a job file before it is queued.
struct SubmissionReaderTests {
    /// Models that are fetched, refused or unreachable, as a test says.
    private struct Models: ModelSource {
        var knownNames = ["minilm-l6"]
        var failure: LibraryError?

        func isFetchable(_ name: String) -> Bool {
            name.split(separator: "/", omittingEmptySubsequences: false).count == 2 && !name.hasPrefix(".")
        }

        func pull(_ name: String, report: (String) -> Void) async throws {
            if let failure { throw failure }
            report("fetched \(name)")
        }
    }

    private let text = """
        name: pair
        kind: suite
        tasks: [glue/MRPC]
        systems:
          - {name: large, model: minilm-l6, optional: true}
          - {name: small, model: {path: ./small}}
        """

    private func reader(_ models: Models = Models()) -> SubmissionReader {
        SubmissionReader(models: models, presets: ["tiny"], home: "/home/user")
    }

    private func file(_ text: String) -> SubmissionReader.File {
        SubmissionReader.File(name: "jobs/pair.yaml", folder: "/jobs", bytes: Array(text.utf8))
    }

    @Test func pathsAreRelativeToTheFile() throws {
        let submission = try reader().read(file(text))
        #expect(submission.runs.contains { $0.spec.model == .path("/jobs/small") })
        #expect(submission.modelNames == ["minilm-l6"])
        #expect(submission.systems(using: "minilm-l6") == ["large"])
    }

    @Test func ownerAndNameAreFetchedUnlessThereIsSuchAFolder() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bytes = Array("name: a\nkind: finetune\nmodel: google-bert/bert-base-uncased\ntask: MRPC\n".utf8)
        let file = SubmissionReader.File(name: "a.yaml", folder: folder, bytes: bytes)
        var notes: [String] = []
        let fetched = try reader().read(file) { notes.append($0) }
        #expect(fetched.modelNames == ["google-bert/bert-base-uncased"])
        #expect(fetched.runs.first?.spec.system == "bert-base-uncased")
        #expect(notes.isEmpty)
        try FileManager.default.createDirectory(
            atPath: "\(folder)/google-bert/bert-base-uncased",
            withIntermediateDirectories: true
        )
        let own = try reader().read(file) { notes.append($0) }
        #expect(own.runs.first?.spec.model == .path("\(folder)/google-bert/bert-base-uncased"))
        #expect(notes.count == 1 && notes[0].contains("the hub's model of this name"))
    }

    @Test func bytesThatAreNotTextAreRefusedByName() {
        let bytes = SubmissionReader.File(name: "jobs/pair.yaml", folder: "/jobs", bytes: [0xFF, 0xFE, 0x00])
        let error = #expect(throws: ExperimentError.self) { try reader().read(bytes) }
        #expect(error?.message.hasPrefix("jobs/pair.yaml: ") == true)
    }

    @Test func namedModelsAreFetched() async throws {
        var said: [String] = []
        let submission = try reader().read(file(text))
        let ready = try await reader().withModels(submission) { said.append($0) }
        #expect(ready == submission)
        #expect(said == ["fetched minilm-l6"])
    }

    @Test func anOptionalSystemIsLeftOutWhenItsModelCannotBeReached() async throws {
        let offline = reader(Models(failure: LibraryError(.unreachable, "no network")))
        var said: [String] = []
        let ready = try await offline.withModels(try offline.read(file(text))) { said.append($0) }
        #expect(!ready.runs.contains { $0.spec.system == "large" })
        #expect(ready.runs.contains { $0.spec.system == "small" })
        // The report still waits for what is left, and for nothing else.
        let names = Set(ready.runs.map(\.spec.name))
        #expect(ready.runs.flatMap(\.dependencies).allSatisfy { names.contains($0.parent) })
        #expect(said.first == "no network" && said.last?.contains("large") == true)
    }

    @Test func aSystemThatIsNotOptionalIsNotLeftOut() async throws {
        let offline = reader(Models(failure: LibraryError(.unreachable, "no network")))
        let submission = try offline.read(file(text.replacing(", optional: true", with: "")))
        await #expect(throws: LibraryError.self) { try await offline.withModels(submission) { _ in } }
    }

    @Test func aModelThatArrivesDamagedIsAnErrorEvenWhereItIsOptional() async throws {
        let damaged = reader(Models(failure: LibraryError(.malformed, "the package has no config.json")))
        let submission = try damaged.read(file(text))
        await #expect(throws: LibraryError.self) { try await damaged.withModels(submission) { _ in } }
    }

    @Test func oneWorkerServesOneDeviceAndOneLabel() throws {
        var submission = try reader().read(file(text))
        #expect(try submission.soleWorker() == (.cpu, nil))
        for index in submission.runs.indices { submission.runs[index].spec.resources.label = "big" }
        #expect(try submission.soleWorker() == (.cpu, "big"))
        submission.runs[0].spec.resources.label = nil
        #expect(throws: ExperimentError.self) { try submission.soleWorker() }
    }

    @Test func oneMachineIsNotSeveral() throws {
        let several = "\ntraining: {batchShards: 2}\nresources: {ranks: 2, nodes: 2}\n"
        let submission = try reader().read(file(text + several))
        let error = #expect(throws: ExperimentError.self) { try submission.soleWorker() }
        #expect(error?.message.contains("asks for 2 nodes at once") == true, "\(error as Any)")
    }

    @Test func theReportGoesWhereTheRunsGo() throws {
        let submission = try reader().read(file(text + "\nresources: {label: big-memory}\n"))
        #expect(try submission.soleWorker().label == "big-memory")
        #expect(submission.runs.last?.spec.kind == .report)
    }
}
