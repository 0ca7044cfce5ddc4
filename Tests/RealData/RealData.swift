internal import Foundation
package import Testing

/// The real benchmark data, which a tier of its own reads: `PODIUM_TEST_DATA` names its folder.
///
/// `make test` counts the tests that its absence leaves out. Where the variable is set, a missing file is an error.
package enum RealData {
    package static let variable = "PODIUM_TEST_DATA"

    /// The folder, or nil where the tier is off.
    static let folder = ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }

    package static var root: String {
        get throws {
            guard let folder else { throw Missing(description: "\(variable) is not set; mark the test .realData") }
            return folder
        }
    }

    package static func bytes(_ path: String) throws -> [UInt8] {
        let file = try "\(root)/\(path)"
        do {
            return try Array(Data(contentsOf: URL(fileURLWithPath: file)))
        } catch {
            throw Missing(description: "\(file) cannot be read, though \(variable) is set: \(error)")
        }
    }

    package static func text(_ path: String) throws -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }

    private struct Missing: Error, CustomStringConvertible {
        let description: String
    }
}

extension Trait where Self == ConditionTrait {
    /// The test reads real benchmark data and is skipped where there is none.
    package static var realData: Self {
        // The Makefile counts tests by this comment.
        .enabled(if: RealData.folder != nil, "needs PODIUM_TEST_DATA")
    }
}
