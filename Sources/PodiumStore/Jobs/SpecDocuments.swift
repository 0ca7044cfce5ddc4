internal import PodiumCore

/// The runs of a suite as JSON, made on all cores: of a large suite that is most of a submission's work.
enum SpecDocuments {
    /// One document a run, in the runs' order.
    ///
    /// Runs that differ in name and seed alone, as a sweep's do, are encoded once. Their own name and seed follow at the
    /// document's end: of equal keys `jsonb` keeps the last (PostgreSQL's manual, section 8.14).
    static func make(_ runs: [PlannedRun]) async throws(StoreError) -> [String] {
        var specs: [RunSpec] = []
        var places: [Int] = []
        for run in runs {
            var spec = run.spec
            spec.name = ""
            if spec.work.seed != nil { spec.work.seed = 0 }
            if spec != specs.last { specs.append(spec) }
            places.append(specs.count - 1)
        }
        let shared = try await encoded(specs)
        var documents: [String] = []
        documents.reserveCapacity(runs.count)
        for (run, place) in zip(runs, places) {
            var document = shared[place]
            document.removeLast()
            document += ",\"name\":" + (try StoredJSON.encode(run.spec.name))
            if let seed = run.spec.work.seed { document += ",\"seed\":\(seed)" }
            documents.append(document + "}")
        }
        return documents
    }

    private static func encoded(_ specs: [RunSpec]) async throws(StoreError) -> [String] {
        let part = 1000
        let starts = stride(from: 0, to: specs.count, by: part)
        let parts = await withTaskGroup(of: (Int, Result<[String], StoreError>).self) { group in
            for start in starts {
                group.addTask {
                    let own = specs[start..<min(start + part, specs.count)]
                    do throws(StoreError) {
                        var documents: [String] = []
                        for spec in own { documents.append(try StoredJSON.encode(spec)) }
                        return (start, .success(documents))
                    } catch {
                        return (start, .failure(error))
                    }
                }
            }
            var found: [Int: Result<[String], StoreError>] = [:]
            for await (start, result) in group { found[start] = result }
            return found
        }
        var documents: [String] = []
        documents.reserveCapacity(specs.count)
        for start in starts {
            if let part = parts[start] { documents += try part.get() }
        }
        return documents
    }

    /// Reads documents that came without name and seed beside those: runs that differ in nothing else are decoded once.
    struct Reader {
        private var known: [String: RunSpec] = [:]

        mutating func read(_ configuration: String, name: String, seed: String?) throws(StoreError) -> RunSpec {
            var spec: RunSpec
            if let one = known[configuration] {
                spec = one
            } else {
                spec = try StoredJSON.decode(
                    RunSpec.self,
                    from: "{\"name\":\"\",\"seed\":0," + configuration.dropFirst()
                )
                known[configuration] = spec
            }
            spec.name = name
            guard spec.work.seed != nil else { return spec }
            guard let number = seed.flatMap({ UInt64($0) }) else {
                throw StoreError(.value, "the database holds a run, \(name), whose seed is \(seed ?? "missing")")
            }
            spec.work.seed = number
            return spec
        }
    }
}
