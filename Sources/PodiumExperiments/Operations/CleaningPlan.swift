package import PodiumCore
internal import PodiumPrimitives
package import PodiumStore

/// Which files of a data directory can go; decides, removes nothing.
///
/// What stays whatever its age: every file that an artifact's row names, but for checkpoints of runs that are over and
/// that no run was made from; everything of a run that is not over; models and prepared data that users fetched.
package struct CleaningPlan: Sendable, Equatable {
    /// A file or folder that goes.
    package struct Item: Codable, Sendable, Equatable {
        package enum Kind: String, Codable, Sendable {
            case checkpoint
            /// Of an attempt that no row names any more.
            case attempt
            /// Examples for pre-training, which any run that needs them makes again.
            case pretraining
        }

        package var kind: Kind
        package var path: String
        package var bytes: Int64
        package var reason: String
        /// The artifact's number.
        package var artifact: Int64?
    }

    /// A folder on the disk.
    package struct Folder: Sendable, Equatable {
        package var path: String
        package var bytes: Int64
        /// Of the newest file in it, in seconds since 1970.
        package var changedAt: Double

        package init(path: String, bytes: Int64, changedAt: Double) {
            self.path = path
            self.bytes = bytes
            self.changedAt = changedAt
        }
    }

    /// An attempt's folder.
    package struct AttemptFolder: Sendable, Equatable {
        package var run: RunID
        package var token: Int64
        package var folder: Folder

        package init(run: RunID, token: Int64, folder: Folder) {
            self.run = run
            self.token = token
            self.folder = folder
        }
    }

    package let items: [Item]

    /// What an engine that was taken for dead may still write to.
    private static let quietSeconds = 86_400.0

    /// - Parameters:
    ///   - age: seconds for which a run must have been over, or shards unused, before its files go.
    ///   - root: the folder of artifacts; nothing that a row names outside it goes.
    package init(
        facts: CleaningFacts,
        attempts: [AttemptFolder],
        shards: [Folder],
        root: String,
        age: Double
    ) {
        func isOld(_ time: Double?, _ least: Double) -> Bool { time.map { $0 <= facts.now - least } ?? false }
        var items: [Item] = []
        var going: Set<Int64> = []
        for record in facts.artifacts where record.artifact.kind == .checkpoint && !facts.used.contains(record.id) {
            guard let run = facts.runs[record.run], run.state.isTerminal, isOld(run.endedAt, age),
                record.artifact.path.hasPrefix(root + "/")
            else { continue }
            going.insert(record.id)
            items.append(
                Item(
                    kind: .checkpoint,
                    path: record.artifact.path,
                    bytes: record.artifact.bytes,
                    reason: "run \(record.run) is \(run.state.rawValue)",
                    artifact: record.id
                )
            )
        }
        let kept = Dictionary(grouping: facts.artifacts.filter { !going.contains($0.id) }, by: \.run)
        for attempt in attempts {
            let path = attempt.folder.path
            // A row of this or another attempt may name something in here.
            if kept[attempt.run, default: []].contains(where: { ($0.artifact.path + "/").hasPrefix(path + "/") }) {
                continue
            }
            let isQuiet = isOld(attempt.folder.changedAt, Self.quietSeconds)
            let reason: String
            if let run = facts.runs[attempt.run] {
                guard run.token != attempt.token else { continue }
                guard run.state.isTerminal ? isOld(run.endedAt, age) : isQuiet else { continue }
                reason = "no row names anything in it"
            } else {
                guard isQuiet else { continue }
                reason = "there is no run \(attempt.run)"
            }
            items.removeAll { $0.kind != .checkpoint && $0.path == path }
            items.append(Item(kind: .attempt, path: path, bytes: attempt.folder.bytes, reason: reason))
        }
        if !facts.hasOpenPretraining {
            for folder in shards where isOld(folder.changedAt, max(age, Self.quietSeconds)) {
                items.append(
                    Item(
                        kind: .pretraining,
                        path: folder.path,
                        bytes: folder.bytes,
                        reason: "no pre-training is open; it is made again where one needs it"
                    )
                )
            }
        }
        self.items = items
    }

    package func table() -> String {
        var table = TextTable([("WHAT", .left), ("MiB", .right), ("PATH", .left), ("WHY", .left)])
        for item in items { table.add([item.kind.rawValue, Self.mebibytes(item.bytes), item.path, item.reason]) }
        return table.rendered()
    }

    /// `3 files and folders of 12.5 MiB`.
    package var summary: String {
        "\(items.count) file\(items.count == 1 ? "" : "s") and folders of "
            + "\(Self.mebibytes(items.reduce(0) { $0 + $1.bytes })) MiB"
    }

    private static func mebibytes(_ bytes: Int64) -> String {
        NumberText.fixed(Double(bytes) / 0x1p20, digits: 1)
    }
}
