package import PodiumCore

/// Makes the looks of plans of seeds that are due: reads the scores, decides, and stores what follows.
///
/// A look is a function of what is stored, and is stored at most once: any number of keepers may do this at any time, and
/// one that dies in the middle has changed nothing.
package struct SeedPlanKeeper: Sendable {
    private let store: any JobStore

    package init(store: any JobStore) {
        self.store = store
    }

    /// Returns the plans that it went on with, each with its new look as the last.
    package func advance() async throws -> [SeedPlanRecord] {
        var advanced: [SeedPlanRecord] = []
        for record in try await store.dueSeedPlans() {
            guard let runs = try await store.history(of: record.suite, metrics: [], points: 0)?.runs else { continue }
            let look = record.nextLook(record.group(in: runs))
            let added = record.runs(after: look, in: runs)
            guard try await store.store(look, of: record.suite, adding: added) else { continue }
            var record = record
            record.looks.append(look)
            advanced.append(record)
        }
        return advanced
    }
}
