internal import Foundation
internal import PodiumFiles
internal import PodiumPrimitives

/// The plans that were made on this machine, a file each under `plans/` of the data directory.
package struct StoredPlans {
    private let folder: String

    package init(dataDirectory: String) { folder = dataDirectory + "/plans" }

    /// Stores a plan; it replaces an older one of the same step on as many devices of the same topology.
    package func store(_ plan: PlanResult, for step: PlannedStep) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let topology = plan.topology.replacing(":", with: "_")
        let path = "\(folder)/\(try step.key())-\(topology)-\(plan.replicas).json"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try AtomicFile.write([UInt8](try encoder.encode(plan)), to: path)
        } catch let error as FileError {
            throw DeviceError(.fileSystem, error.description)
        } catch {
            throw DeviceError(.fileSystem, "\(path): the plan cannot be kept: \(error.localizedDescription)")
        }
    }

    /// The plans of a step, by topology; what cannot be read is no plan.
    package func plans(for step: PlannedStep) -> [PlanResult] {
        guard let key = try? step.key(), let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            return []
        }
        return names.filter { $0.hasPrefix(key + "-") }.sorted().compactMap { name in
            let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)")
            return bytes.flatMap { try? JSONDecoder().decode(PlanResult.self, from: $0) }
        }
    }
}
