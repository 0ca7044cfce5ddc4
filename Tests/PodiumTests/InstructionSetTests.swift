import Testing

/// The environment narrows the kernels' instruction set.
@Suite struct InstructionSetTests {
    @Test(arguments: ["plain", "avx2"])
    func theEnvironmentChoosesKernels(_ name: String) async throws {
        try await withTemporaryFolder { folder in
            let binary = Binary(dataDirectory: folder)
            let outcome = try await binary.run("doctor", environment: ["PODIUM_INSTRUCTIONS": name])
            #expect(outcome.output.contains("kernels for \(name)"), "\(outcome.output)")
        }
    }

    @Test func anUnknownSetIsAnError() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["PODIUM_INSTRUCTIONS": "mmx"]
            let arguments = ["bench", "engine", "tiny", "--repeats", "1"]
            let outcome = try await Binary(dataDirectory: folder).run(arguments, environment: environment)
            #expect(outcome.status == 2)
            #expect(outcome.error.contains("plain, avx2, avx512"), "\(outcome.error)")
        }
    }
}
