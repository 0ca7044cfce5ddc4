internal import Foundation
package import PodiumCore
internal import PodiumFiles
internal import PodiumPrimitives

/// A suite in the file layout that `mlflow ui --backend-store-uri DIR` reads: an experiment, and a run for each run.
///
/// The layout is that of MLflow's FileStore: `meta.yaml` of experiment and runs; a file for each parameter, tag and
/// metric, metrics with a line `milliseconds value step` for each point.
package enum MLflowExport {
    /// Writes into a folder, which may hold other experiments.
    ///
    /// - Returns: how many runs were written.
    package static func write(_ history: SuiteHistory, to folder: String, user: String) throws -> Int {
        let experiment = number(of: "podium suite \(history.suite.id) \(history.suite.submittedAt)")
        let root = "\(folder)/\(experiment)"
        guard !FileManager.default.fileExists(atPath: root) else {
            throw ExperimentError(.invalidRequest, "\(root) is there already: the suite was exported before")
        }
        let start = milliseconds(history.suite.submittedAt)
        try write(
            """
            artifact_location: \(quoted("file://\(root)"))
            creation_time: \(start)
            experiment_id: '\(experiment)'
            last_update_time: \(start)
            lifecycle_stage: active
            name: \(quoted("\(history.suite.name) (podium suite \(history.suite.id))"))

            """,
            "\(root)/meta.yaml"
        )
        var count = 0
        for run in history.runs where run.record.spec.kind != .report {
            try write(run, experiment, root, user)
            count += 1
        }
        return count
    }

    private static func write(_ run: SuiteHistory.Run, _ experiment: String, _ root: String, _ user: String) throws {
        let record = run.record
        let id = String(Digest.sha256(Array("podium run \(record.id) \(record.submittedAt)".utf8)).prefix(32))
        let folder = "\(root)/\(id)"
        let start = milliseconds(record.startedAt ?? record.submittedAt)
        let end = record.endedAt.map { "\(milliseconds($0))" } ?? "null"
        try write(
            """
            artifact_uri: \(quoted("file://\(folder)/artifacts"))
            end_time: \(end)
            entry_point_name: ''
            experiment_id: '\(experiment)'
            lifecycle_stage: active
            run_id: \(id)
            run_name: \(quoted(record.spec.name))
            run_uuid: \(id)
            source_name: ''
            source_type: 4
            source_version: ''
            start_time: \(start)
            status: \(status(record.state))
            tags: []
            user_id: \(quoted(user))

            """,
            "\(folder)/meta.yaml"
        )
        for part in ["artifacts", "metrics", "params", "tags"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
        }
        var tags = [
            "mlflow.runName": record.spec.name, "mlflow.user": user, "mlflow.source.type": "JOB",
            "podium.run": "\(record.id)", "podium.suite": "\(record.suite)", "podium.system": record.spec.system,
            "podium.state": record.state.rawValue,
        ]
        if let task = record.spec.task { tags["podium.task"] = task.rawValue }
        if let reason = record.reason { tags["podium.reason"] = reason }
        for artifact in run.artifacts where artifact.removedAt == nil {
            tags["podium.artifact.\(artifact.artifact.kind.rawValue)"] = artifact.artifact.path
            tags["podium.sha256.\(artifact.artifact.kind.rawValue)"] = artifact.artifact.sha256
        }
        for (name, value) in tags { try write(value, "\(folder)/tags/\(fileName(name))") }
        for (name, value) in try parameters(record.spec) {
            try write(value, "\(folder)/params/\(fileName(name))")
        }
        for (name, points) in run.curves where !points.isEmpty {
            let lines = points.map { "\(start) \(number($0.value)) \($0.step)\n" }
            try write(lines.joined(), "\(folder)/metrics/\(fileName(name))")
        }
        let last = record.progress?.step ?? 0
        var values = run.result?.metrics ?? [:]
        values["score"] = run.result?.score
        for (name, value) in values where run.curves[name] == nil {
            let time = record.endedAt.map(milliseconds) ?? start
            try write("\(time) \(number(value)) \(last)\n", "\(folder)/metrics/\(fileName(name))")
        }
    }

    /// Every value of a run's specification, by its path: `training.learningRate`.
    private static func parameters(_ spec: RunSpec) throws -> [String: String] {
        var found: [String: String] = [:]
        func add(_ value: Any, _ path: String) {
            switch value {
            case let object as [String: Any]:
                for (key, value) in object { add(value, path.isEmpty ? key : "\(path).\(key)") }
            case let list as [Any]: for (index, value) in list.enumerated() { add(value, "\(path).\(index)") }
            case is NSNull: break
            // MLflow refuses longer ones.
            default: found[path] = String("\(value)".prefix(6000))
            }
        }
        let data = try JSONEncoder().encode(spec)
        add(try JSONSerialization.jsonObject(with: data), "")
        return found
    }

    private static func status(_ state: RunState) -> Int {
        switch state {
        case .running: 1
        case .blocked, .ready, .waiting: 2
        case .succeeded: 3
        case .failed: 4
        case .cancelled: 5
        }
    }

    private static func write(_ text: String, _ path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = try AtomicFile.write(Array(text.utf8), to: path)
    }

    /// A name as MLflow allows it for parameters, tags and metrics; other characters become `_`.
    static func fileName(_ name: String) -> String {
        let allowed = name.unicodeScalars.map { scalar in
            (scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)))
                || "_-. ".unicodeScalars.contains(scalar)
                ? Character(scalar) : "_"
        }
        let text = String(allowed.prefix(200))
        return text.allSatisfy { $0 == "." || $0 == " " } ? "_" : text
    }

    /// YAML's double-quoted text, which JSON's strings are.
    private static func quoted(_ text: String) -> String {
        let data = (try? JSONEncoder().encode([text])) ?? Data("[\"\"]".utf8)
        return String(String(decoding: data, as: UTF8.self).dropFirst().dropLast()).replacing("\\/", with: "/")
    }

    private static func number(_ value: Double) -> String {
        value.isNaN ? "nan" : value.isInfinite ? (value > 0 ? "inf" : "-inf") : "\(value)"
    }

    private static func milliseconds(_ seconds: Double) -> Int64 { Int64((seconds * 1000).rounded()) }

    /// A number as MLflow gives experiments: 18 digits, the same for the same text.
    private static func number(of text: String) -> String {
        let digits = Digest.sha256(Array(text.utf8)).unicodeScalars.prefix(18).map { String($0.value % 10) }
        return "1" + digits.dropFirst().joined()
    }
}
