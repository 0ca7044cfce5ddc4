internal import Foundation
package import PodiumCore
internal import PodiumPrimitives

extension Deletion {
    /// What goes: `2 runs, 1 suite, 3 artifacts of 12.5 MiB`.
    package var summary: String {
        func count(_ number: Int, _ noun: String) -> String { NumberText.count(number, noun) }
        let there = artifacts.filter { $0.removedAt == nil }
        let bytes = there.reduce(0) { $0 + $1.artifact.bytes }
        return "\(count(runs.count, "run")), \(count(suites.count, "suite")), "
            + "\(count(there.count, "artifact")) of \(NumberText.fixed(Double(bytes) / 0x1p20, digits: 1)) MiB"
    }

    /// Removes the folders of the deleted runs.
    ///
    /// Files are removed after their rows: what is left over after a crash is named by no row.
    /// - Returns: what could not be removed, and why.
    package func removeFiles(dataDirectory: String) -> [String] {
        runs.compactMap { run in
            let path = "\(dataDirectory)/artifacts/run-\(run)"
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            do {
                try FileManager.default.removeItem(atPath: path)
                return nil
            } catch {
                return "\(path) cannot be removed: \(error.localizedDescription)"
            }
        }
    }
}
