import ArgumentParser
import Foundation
import PodiumCPU
import PodiumDevices
import PodiumExperiments

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks that everything Podium needs is there.",
        discussion: """
            Exit status 0 if all is well, 1 if something is missing that runs need.

            Example:
              podium doctor --data-dir /srv/podium
            """
    )

    @OptionGroup var place: PlaceOptions
    @Flag(help: "One JSON document.")
    var json = false

    func run() async throws {
        let findings = [
            processor(),
            Readiness.memory(bytes: ProcessInfo.processInfo.physicalMemory),
            Readiness.dataDirectory(place.dataDirectory),
            await Readiness.database(url: place.databaseURL, dataDirectory: place.dataDirectory),
            Readiness.models(place.models),
        ]
        if json { try JSONOutput.print(findings) } else { try findings.forEach { try Terminal.print($0.line) } }
        let missing = findings.filter { $0.status == .missing }.map(\.check)
        if !missing.isEmpty { throw Failure(.failed, "not ready: \(missing.joined(separator: ", "))") }
    }

    private func processor() -> Readiness {
        do {
            let device = try place.devices().cpu(threads: 1)
            let cores = "\(Machine.cores) cores of \(Machine.facts.processor)"
            return Readiness("processor", .ok, "\(cores), kernels for \(device.instructions)")
        } catch {
            return Readiness("processor", .missing, Failure(describing: error)?.message ?? "\(error)")
        }
    }
}
