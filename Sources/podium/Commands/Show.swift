import ArgumentParser
import PodiumCore
import PodiumDevices
import PodiumExperiments

struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows all that is known of a run.",
        discussion: """
            Examples:
              podium show 12
              podium show 12 --json | jq .result.metrics
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The run's number.")
    var run: Int64
    @Flag(help: "One JSON document.")
    var json = false

    private struct Document: Encodable {
        var details: RunDetails
        /// What `podium plan` expected of the run's training step, by topology.
        var plans: [PlanResult]

        private enum Keys: String, CodingKey {
            case plans
        }

        func encode(to encoder: any Encoder) throws {
            try details.encode(to: encoder)
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(plans, forKey: .plans)
        }
    }

    func run() async throws {
        let details = try await place.withStore { try await RunDetails(of: run, in: $0) }
        let plans = place.planner().known(for: details.run.spec)
        if json { return try JSONOutput.print(Document(details: details, plans: plans)) }
        try Terminal.print(([details.text] + plans.map { "  planned    \($0.summary)" }).joined(separator: "\n"))
    }
}
