internal import Foundation
package import PodiumLibrary
internal import PodiumPrimitives
internal import PodiumStore

/// Whether something that Podium needs is there.
package struct Readiness: Encodable, Sendable {
    package enum Status: String, Encodable, Sendable {
        case ok
        /// Runs can do without.
        case note
        case missing
    }

    package let check: String
    package let status: Status
    package let message: String

    package init(_ check: String, _ status: Status, _ message: String) {
        self.check = check
        self.status = status
        self.message = message
    }

    package var line: String {
        let mark =
            switch status {
            case .ok: "✓"
            case .note: "•"
            case .missing: "✗"
            }
        return "\(mark) \(check): \(message)"
    }
}

extension Readiness {
    /// - Parameter bytes: memory of the machine.
    package static func memory(bytes: UInt64) -> Readiness {
        let text = gibibytes(Double(bytes))
        return bytes < 1 << 31
            ? Readiness("memory", .note, "\(text): enough for tiny models only") : Readiness("memory", .ok, text)
    }

    /// Who holds runs to their `resources.memory`.
    ///
    /// - Parameter obstacle: why the kernel cannot; nil where it does.
    package static func memoryLimits(obstacle: String?) -> Readiness {
        guard let obstacle else {
            return Readiness("memory limits", .ok, "control groups hold runs to their resources.memory")
        }
        return Readiness(
            "memory limits",
            .ok,
            "engines watch their resources.memory themselves, ten times a second; the kernel does not: \(obstacle)"
        )
    }

    /// Makes the folder where it is not there yet.
    package static func dataDirectory(_ path: String) -> Readiness {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            guard access(path, W_OK) == 0 else {
                return Readiness("data directory", .missing, "\(path) is not writable")
            }
            let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
            return dataDirectory(path, free: (attributes[.systemFreeSize] as? NSNumber)?.doubleValue ?? 0)
        } catch {
            let message = "\(path) cannot be made (\(error.localizedDescription)); choose another with --data-dir"
            return Readiness("data directory", .missing, message)
        }
    }

    /// - Parameter free: bytes on its disk.
    package static func dataDirectory(_ path: String, free: Double) -> Readiness {
        let isTight = free < 2e9
        let advice = isTight ? "; checkpoints of larger models need more" : ""
        return Readiness("data directory", isTight ? .note : .ok, "\(path), \(gibibytes(free)) free\(advice)")
    }

    /// - Parameter url: the address of a database elsewhere; nil for the private one.
    package static func database(url: String?, dataDirectory: String) async -> Readiness {
        do throws(StoreError) {
            if let url {
                let address = try DatabaseAddress(parsing: url)
                let store = try await PostgresStore.open(address, connections: 1, patience: .zero)
                await store.close()
                return Readiness("database", .ok, "\(address)")
            }
            if let process = Cluster.serverProcess(dataDirectory: dataDirectory) {
                return Readiness("database", .ok, "private PostgreSQL runs (process \(process))")
            }
            return Readiness("database", .ok, "private PostgreSQL can be started (\(try await Cluster.tool("initdb")))")
        } catch {
            return Readiness("database", .missing, error.message)
        }
    }

    package static func models(_ library: ModelLibrary) -> Readiness {
        let absent = ModelLibrary.names.filter { !library.isPulled($0) }
        guard !absent.isEmpty else {
            return Readiness("models", .ok, "\(ModelLibrary.names.joined(separator: ", ")) in \(library.directory)")
        }
        return Readiness(
            "models",
            .note,
            "\(absent.joined(separator: ", ")) not fetched yet; jobs fetch what they name"
        )
    }

    private static func gibibytes(_ bytes: Double) -> String {
        "\(NumberText.fixed(bytes / 0x1p30, digits: 1)) GiB"
    }
}
