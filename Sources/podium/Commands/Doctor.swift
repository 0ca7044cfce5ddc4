import ArgumentParser
import Foundation
import PodiumCPU
import PodiumCore
import PodiumDevices
import PodiumGraph
import PodiumJobs
import PodiumLibrary
import PodiumReport
import PodiumStore
import PodiumPrimitives

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

    private struct Finding: Encodable {
        var check: String
        /// `ok`, `note` or `missing`.
        var status: String
        var message: String
    }

    func run() async throws {
        let findings = [
            processor(), memory(), disk(), await database(), models(),
        ]
        if json {
            try JSONOutput.print(findings)
        } else {
            for finding in findings {
                let mark = finding.status == "ok" ? "✓" : finding.status == "note" ? "•" : "✗"
                try Terminal.print("\(mark) \(finding.check): \(finding.message)")
            }
        }
        let missing = findings.filter { $0.status == "missing" }.map(\.check)
        if !missing.isEmpty { throw Failure(.failed, "not ready: \(missing.joined(separator: ", "))") }
    }

    private func processor() -> Finding {
        do {
            let device = try place.devices().cpu(threads: 1)
            let cpu = Machine.provenance().cpu
            return Finding(
                check: "processor",
                status: "ok",
                message: "\(Machine.cores) cores of \(cpu), kernels for \(device.instructions)"
            )
        } catch {
            let message = Failure(describing: error)?.message ?? "\(error)"
            return Finding(check: "processor", status: "missing", message: message)
        }
    }

    private func memory() -> Finding {
        let bytes = Double(ProcessInfo.processInfo.physicalMemory)
        let text = "\(NumberText.fixed(bytes / 0x1p30, digits: 1)) GiB"
        return bytes < 0x1p31
            ? Finding(check: "memory", status: "note", message: "\(text): enough for tiny models only")
            : Finding(check: "memory", status: "ok", message: text)
    }

    private func disk() -> Finding {
        let path = place.dataDirectory
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            guard access(path, W_OK) == 0 else {
                return Finding(check: "data directory", status: "missing", message: "\(path) is not writable")
            }
            let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
            let free = (attributes[.systemFreeSize] as? NSNumber)?.doubleValue ?? 0
            return Finding(
                check: "data directory",
                status: free < 2e9 ? "note" : "ok",
                message: "\(path), \(NumberText.fixed(free / 0x1p30, digits: 1)) GiB free"
                    + (free < 2e9 ? "; checkpoints of larger models need more" : "")
            )
        } catch {
            return Finding(
                check: "data directory",
                status: "missing",
                message: "\(path) cannot be made (\(error.localizedDescription)); choose another with --data-dir"
            )
        }
    }

    private func database() async -> Finding {
        do throws(StoreError) {
            if let url = place.databaseURL {
                let address = try DatabaseAddress(parsing: url)
                let store = try await PostgresStore.open(address, connections: 1, patience: .zero)
                await store.close()
                return Finding(check: "database", status: "ok", message: "\(address)")
            }
            if let process = Cluster.serverProcess(dataDirectory: place.dataDirectory) {
                return Finding(check: "database", status: "ok", message: "private PostgreSQL runs (process \(process))")
            }
            let initdb = try await Cluster.tool("initdb")
            return Finding(check: "database", status: "ok", message: "private PostgreSQL can be started (\(initdb))")
        } catch {
            return Finding(check: "database", status: "missing", message: error.message)
        }
    }

    private func models() -> Finding {
        let library = place.models
        let absent = ModelLibrary.names.filter { !library.isPulled($0) }
        return Finding(
            check: "models",
            status: absent.isEmpty ? "ok" : "note",
            message: absent.isEmpty
                ? "\(ModelLibrary.names.joined(separator: ", ")) in \(library.directory)"
                : "\(absent.joined(separator: ", ")) not fetched yet; jobs fetch what they name"
        )
    }
}
