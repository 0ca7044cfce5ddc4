import PodiumScheduler
import Testing

/// Workers that stand for several machines, and what they give mpirun.
@Suite
struct WorkerNodesTests {
    private let engine = EngineCommand(executable: "/opt/podium", arguments: ["engine"])

    private func arguments(_ nodes: WorkerNodes, ranks: Int) -> [String] {
        RankedCommand(engine, ranks: ranks, on: nodes).command.arguments
    }

    @Test func onOneMachineNothingSaysWhereRanksGo() {
        let command = RankedCommand(engine, ranks: 2).command
        #expect(command.executable == "mpirun" && command.environment.isEmpty)
        #expect(
            command.arguments.prefix(2) == ["-n", "2"] && command.arguments.suffix(2) == ["/opt/podium", "engine"]
        )
        #expect(!command.arguments.contains("--map-by") && !command.arguments.contains("--host"))
    }

    @Test func ranksAreSharedEvenlyByAnAllocation() {
        let command = RankedCommand(engine, ranks: 4, on: .allocation(2)).command
        #expect(command.arguments.joined(separator: " ").contains("-n 4 "))
        #expect(command.arguments.joined(separator: " ").contains("--map-by ppr:2:node /opt/podium engine"))
        // Several such runs at a time: their daemons' steps must not wait for each other.
        #expect(command.environment == ["SLURM_OVERLAP": "1"])
    }

    @Test func hostsAreNamedWithTheirRanks() {
        let words = arguments(.hosts(["a", "b"]), ranks: 8).joined(separator: " ")
        #expect(words.contains("--host a:4,b:4 --map-by ppr:4:node /opt/podium engine"), "\(words)")
        #expect(RankedCommand(engine, ranks: 8, on: .hosts(["a", "b"])).command.environment.isEmpty)
    }

    @Test func machinesAreNamedOrAreThoseOfTheJob() throws {
        #expect(try WorkerNodes(count: nil, hosts: nil, allocated: nil) == .own)
        // A worker of one node inside a larger job is what it was.
        #expect(try WorkerNodes(count: nil, hosts: nil, allocated: 4) == .own)
        #expect(try WorkerNodes(count: 1, hosts: nil, allocated: nil) == .own)
        #expect(try WorkerNodes(count: 2, hosts: nil, allocated: 2) == .allocation(2))
        #expect(
            try WorkerNodes(count: nil, hosts: "a,b.example.org", allocated: nil) == .hosts(["a", "b.example.org"])
        )
        #expect(try WorkerNodes(count: 2, hosts: "a,b", allocated: nil).count == 2)
    }

    @Test(
        arguments: [
            (2, nil, nil, "name the machines: --hosts a,b"),
            (2, nil, 3, "the Slurm job has 3 node(s)"),
            (3, "a,b", nil, "leave --nodes out"),
            (nil, "a", nil, "names one machine"),
            (nil, "a,a", nil, "names a machine twice"),
            (nil, "a,,b", nil, "names of machines with commas between"),
            (nil, "-x,b", nil, "names of machines with commas between"),
            (nil, "a;rm,b", nil, "names of machines with commas between"),
        ] as [(Int?, String?, Int?, String)]
    )
    func whatDoesNotFitIsRefused(count: Int?, hosts: String?, allocated: Int?, says: String) {
        let error = #expect(throws: SchedulerError.self) {
            _ = try WorkerNodes(count: count, hosts: hosts, allocated: allocated)
        }
        #expect(error?.code == .invalidRequest && error?.message.contains(says) == true, "\(error as Any)")
    }
}
