import ArgumentParser
import Foundation
import PodiumCPU
import PodiumDevices
import PodiumExperiments
import PodiumScheduler
import PodiumStore

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks that everything Podium needs is there and in order.",
        discussion: """
            Looks at processor, memory, disk, models and database, and where that runs at its schema (all of it must be \
            there), clock, scheduler, workers, runs, files that nobody owns and files of other databases; at Slurm \
            where its commands are here. Exit status 0 if all is well, 1 if something is missing or wrong (✗).

            Example:
              podium doctor --data-dir /srv/podium
            """
    )

    @OptionGroup var place: PlaceOptions
    @Flag(help: "One JSON document.")
    var json = false

    func run() async throws {
        var findings = [
            processor(),
            Readiness.memory(bytes: ProcessInfo.processInfo.physicalMemory),
            Readiness.memoryLimits(obstacle: Machine.memoryGroups.obstacle),
            Readiness.dataDirectory(place.dataDirectory),
            await Readiness.database(url: place.databaseURL, dataDirectory: place.dataDirectory),
            Readiness.models(place.models),
        ]
        if place.databaseURL != nil || Cluster.serverProcess(dataDirectory: place.dataDirectory) != nil {
            findings += await Readiness.operation(
                of: try place.resolved(),
                now: { Date().timeIntervalSince1970 },
                processes: RunningEngines.all()
            )
        }
        if let slurm = await Readiness.slurm() { findings.append(slurm) }
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
