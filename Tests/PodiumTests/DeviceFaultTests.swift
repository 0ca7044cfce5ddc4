import Foundation
import Testing

/// What becomes of runs whose device does wrong, by a plug-in that does so when told.
@Suite(.serialized)
struct DeviceFaultTests {
    private static let job = """
        name: NAME
        kind: pretrain
        model: {preset: tiny}
        corpus: sample
        training: {maxSteps: 4, batchSize: 4, maxSequenceLength: 32, maxPredictionsPerSequence: 5}
        resources: {device: xla-cpu}
        retry: {limit: 0, backoff: 1s}
        """

    private static func faulty(_ fault: String, after calls: Int = 0) throws -> [String: String] {
        let real = try #require(
            ProcessInfo.processInfo.environment["PODIUM_PJRT_PLUGIN"],
            "`make test` fetches XLA's CPU plug-in and says where it is"
        )
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        return [
            "PODIUM_PJRT_PLUGIN": "\(folder)/libFaultyPlugin.so", "FAULTY_PLUGIN_REAL": real,
            "FAULTY_PLUGIN_FAULT": fault, "FAULTY_PLUGIN_AFTER": "\(calls)",
            "PODIUM_DEVICE_TIMEOUT": "\(timeout(of: fault))",
        ]
    }

    /// Seconds that calls may take, compiling six times as long: short where the wait is the test, else longer than a busy
    /// machine takes.
    private static func timeout(of fault: String) -> Int {
        switch fault {
        case "client-hangs", "compile-hangs": 3
        // What comes before the fault compiles in earnest.
        case "step-hangs", "event-never": 8
        default: 60
        }
    }

    @Test func everyFaultHasAnEndAndAClass() async throws {
        let place = try Place()
        defer { place.tearDown() }
        _ = try place.start("daemon")
        try await place.waitForDatabase()
        for (fault, calls, outcome, words) in [
            ("old", 0, "infrastructure", "install a newer plug-in"),
            ("client-fails", 0, "infrastructure", "the accelerator does not answer"),
            ("client-hangs", 0, "infrastructure", "looking for devices"),
            ("compile-fails", 0, "input", "op 'stablehlo.dot_general' is not known here"),
            ("compile-hangs", 0, "infrastructure", "compiling a step did not return"),
            ("memory", 2, "outOfMemory", "a smaller batch or shorter sequences need less memory"),
            ("step-hangs", 2, "infrastructure", "a step did not return"),
            ("step-crashes", 2, "crash", "signal 6"),
            ("event-never", 40, "infrastructure", "the device hangs"),
            ("event-fails", 40, "infrastructure", "an uncorrectable error"),
        ] {
            let worker = try place.start(
                "worker",
                "--device",
                "xla-cpu",
                environment: Self.faulty(fault, after: calls)
            )
            let file = try place.write("\(fault).yaml", Self.job.replacing("NAME", with: fault))
            _ = try await place.submit(file)
            try await place.wait("the end of \(fault)") {
                try await place.runs(suite: fault).allSatisfy { $0.state == "failed" }
            }
            let run = try #require(try await place.runs(suite: fault).first)
            #expect(try await place.show(run.id).attempts.map(\.outcome) == [outcome], "\(fault): \(run.reason ?? "")")
            #expect(run.reason?.contains(words) == true, "\(fault): \(run.reason ?? "")")
            // The worker has lost one attempt and nothing else.
            #expect(worker.isRunning)
            worker.terminate()
            worker.waitUntilExit()
        }
    }

    @Test func aFailedDevicesRunIsTakenUpByAnotherWorker() async throws {
        let place = try Place()
        defer { place.tearDown() }
        _ = try place.start("daemon")
        try await place.waitForDatabase()
        let broken = try place.start("worker", "--device", "xla-cpu", environment: Self.faulty("memory", after: 2))
        let file = try place.write("again.yaml", Self.job.replacing("NAME", with: "again"))
        _ = try await place.submit(file, "--set", "retry.limit=1", "--set", "retry.backoff=5s")
        try await place.wait("the first attempt's end") {
            try await place.runs(suite: "again").first.map {
                $0.attempt == 1 && $0.state != "running" && $0.reason != nil
            }
                ?? false
        }
        broken.terminate()
        broken.waitUntilExit()
        let whole = try Self.faulty("none")
        _ = try place.start("worker", "--device", "xla-cpu", environment: whole)
        try await place.wait("success") { try await place.runs(suite: "again").first?.state == "succeeded" }
        let run = try #require(try await place.runs(suite: "again").first)
        #expect(try await place.show(run.id).attempts.map(\.outcome) == ["outOfMemory", "succeeded"])
    }

    @Test func aPlugInOfAnotherPlatformIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let listed = try await Binary(dataDirectory: folder).run("device", "list")
            #expect(listed.status == 0)
            for device in ["tpu", "cuda"] {
                let line = try #require(listed.output.split(separator: "\n").first { $0.hasPrefix("\(device) ") })
                #expect(line.contains("is a plug-in for the platform cpu"))
            }
        }
    }
}
