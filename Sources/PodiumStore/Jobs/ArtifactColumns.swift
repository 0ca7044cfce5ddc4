import PodiumCore

/// Artifacts as arrays, one a column, in the order of `artifacts`' columns from `kind` on.
struct ArtifactColumns: Sendable {
    private let artifacts: [Artifact]

    init(_ artifacts: [Artifact]) {
        self.artifacts = artifacts
    }

    var parameters: [Parameter] {
        [
            .texts(artifacts.map(\.kind.rawValue)),
            .ints(artifacts.map { $0.step.map(Int64.init) }),
            .doubles(artifacts.map(\.share)),
            .doubles(artifacts.map(\.score)),
            .texts(artifacts.map(\.path.storable)),
            .texts(artifacts.map(\.sha256)),
            .ints(artifacts.map(\.bytes)),
        ]
    }
}

extension ArtifactRecord {
    init(_ row: Row) throws(StoreError) {
        self.init(
            id: try row.get("id"),
            run: RunID(rawValue: try row.get("run_id")),
            attempt: try row.get("attempt"),
            token: try row.get("token"),
            artifact: Artifact(
                kind: try row.word("kind"),
                step: try row.optional("step"),
                share: try row.optional("share"),
                score: try row.optional("score"),
                path: try row.get("path"),
                sha256: try row.get("sha256"),
                bytes: try row.get("bytes")
            ),
            createdAt: try row.get("created_at"),
            removedAt: try row.optional("removed_at")
        )
    }
}
