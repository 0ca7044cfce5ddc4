internal import PodiumCore
internal import PodiumPrimitives
internal import PodiumScheduler
package import PodiumStore

/// Whether a Podium that runs is in order.
extension Readiness {
    /// What is wrong beyond this is said; less is the network's and the machine's usual jitter.
    private static let skewSeconds = 2.0

    /// - Parameters:
    ///   - now: this machine's clock, in seconds since 1970.
    ///   - processes: engines that run on this machine.
    package static func operation(
        of place: Place,
        now: @Sendable () -> Double,
        processes: [RunningEngine]
    ) async -> [Readiness] {
        do {
            return try await place.withStore { store in
                let gaps = try await store.missingSchemaParts()
                // Statements about what is not there would only say so again.
                guard gaps.isEmpty else { return [schema(lacking: gaps)] }
                let before = now()
                let health = try await store.health()
                let here = (before + now()) / 2
                return [schema(lacking: gaps)]
                    + operation(health, here: here, root: "\(place.dataDirectory)/artifacts", processes: processes)
                    + [await files(of: place.dataDirectory, store)]
            }
        } catch {
            return [Readiness("server", .missing, words(error))]
        }
    }

    private static func words(_ error: any Error) -> String {
        (error as? any DescribedError)?.message ?? "\(error)"
    }

    /// - Parameter gaps: what `PostgresStore.missingSchemaParts` says.
    package static func schema(lacking gaps: [String]) -> Readiness {
        guard !gaps.isEmpty else {
            return Readiness("schema", .ok, "tables, columns, indexes and triggers are all there")
        }
        let shown = gaps.prefix(20).joined(separator: ", ") + (gaps.count > 20 ? " and \(gaps.count - 20) more" : "")
        return Readiness(
            "schema",
            .missing,
            "the database lacks \(shown); restore it from a backup, or make again what migrations/schema.sql has of it"
        )
    }

    /// - Parameters:
    ///   - here: this machine's clock when the server's was read.
    ///   - root: the folder of artifacts, whose engines are this Podium's.
    package static func operation(
        _ health: StoreHealth,
        here: Double,
        root: String,
        processes: [RunningEngine]
    ) -> [Readiness] {
        [
            Readiness("server", .ok, "PostgreSQL \(health.serverVersion), schema \(health.schema)"),
            clock(skew: here - health.now),
            health.leader.map { Readiness("scheduler", .ok, "\($0) leads") }
                ?? Readiness("scheduler", .missing, "none leads: start `podium up` or `podium daemon`"),
            health.liveWorkers > 0
                ? Readiness("workers", .ok, "\(health.liveWorkers) at work")
                : Readiness("workers", .note, "none; `podium worker` or `podium slurm up` starts some"),
            rows(health),
            engines(health, root, processes),
            health.longestTransactionSeconds > 300
                ? Readiness(
                    "transactions",
                    .note,
                    "one has been open for \(NumberText.clock(health.longestTransactionSeconds)); "
                        + "claims get slow behind it: end it (pg_stat_activity)"
                ) : Readiness("transactions", .ok, "none is old"),
        ]
    }

    /// - Parameter skew: seconds by which this machine is ahead of the server.
    private static func clock(skew: Double) -> Readiness {
        let text =
            "this machine is \(NumberText.fixed(abs(skew), digits: 2)) s \(skew < 0 ? "behind" : "ahead of") the server"
        return abs(skew) > skewSeconds
            ? Readiness(
                "clock",
                .missing,
                "\(text): set both by NTP (leases are by the server's clock, ends of pilots by theirs)"
            )
            : Readiness("clock", .ok, text)
    }

    private static func rows(_ health: StoreHealth) -> Readiness {
        var wrong: [String] = []
        if !health.abandonedRuns.isEmpty {
            wrong.append("\(list(health.abandonedRuns)) held by workers that are gone; a scheduler queues them again")
        }
        if !health.misplacedRuns.isEmpty { wrong.append("\(list(health.misplacedRuns)) not where their state says") }
        return wrong.isEmpty
            ? Readiness("rows", .ok, "every run is where its state says")
            : Readiness("rows", .missing, wrong.joined(separator: "; "))
    }

    /// Engines that no row knows: their worker was killed, and they did not notice.
    private static func engines(_ health: StoreHealth, _ root: String, _ processes: [RunningEngine]) -> Readiness {
        let known = Set(health.running.map { "\(root)/run-\($0.key)/attempt-\($0.value)" })
        let ours = processes.filter { $0.folder.hasPrefix(root + "/") }
        let orphans = ours.filter { !known.contains($0.folder) }
        guard !orphans.isEmpty else { return Readiness("engines", .ok, "\(ours.count) here, each of a run") }
        let numbers = orphans.map { "\($0.process)" }.joined(separator: ", ")
        return Readiness(
            "engines",
            .missing,
            "process(es) \(numbers) work for attempts that are over: end them with kill"
        )
    }

    /// Whose files lie in a data directory, and how many of them can go.
    package static func files(of dataDirectory: String, _ store: PostgresStore) async -> Readiness {
        do {
            let plan = try await CleaningPlan.make(dataDirectory: dataDirectory, age: 7 * 86_400, store: store)
            return plan.items.isEmpty
                ? Readiness("files", .ok, "none is left over")
                : Readiness("files", .note, "\(plan.summary) can go: podium gc")
        } catch {
            return Readiness("files", .missing, words(error))
        }
    }

    private static func list(_ runs: [RunID]) -> String {
        let shown = runs.prefix(5).map(\.description).joined(separator: ", ")
        return "run\(runs.count == 1 ? "" : "s") \(shown)\(runs.count > 5 ? " and \(runs.count - 5) more" : "")"
    }

    /// Slurm's controllers; nil where Slurm's commands are not here.
    package static func slurm() async -> Readiness? {
        guard await SlurmTools.areThere() else { return nil }
        do {
            let text = try await SlurmTools.ping()
            let lines = text.split(separator: "\n").joined(separator: "; ")
            return text.contains("UP") ? Readiness("slurm", .ok, lines) : Readiness("slurm", .missing, lines)
        } catch {
            return Readiness("slurm", .note, words(error))
        }
    }
}
