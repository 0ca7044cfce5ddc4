internal import PodiumCore
internal import PodiumPrimitives

extension SpecReader {
    /// Reads `seeds: {start: 5, step: 5, atMost: 25, compare: all, level: 0.05}`; nil where the file has none.
    func seedPlan(
        _ fields: [String: SpecNode],
        systems: [String],
        tasks: [BenchmarkTask]
    ) throws(SpecError) -> SeedPlan? {
        guard let node = fields["seeds"] else { return nil }
        let own = try node.fields(SpecKey.seeds.names)
        try refuseOthers(fields, beside: node)
        guard systems.count > 1 else {
            throw node.error(
                .invalidValue,
                "seeds compares systems, and the file has one; write seed: {count: 5}",
                atKey: true
            )
        }
        let start = try own["start"]?.integer(2...1000) ?? 5
        let step = try own["step"]?.integer(1...1000) ?? start
        let atMost = try own["atMost"]?.integer(1...1000) ?? min(1000, start + 4 * step)
        let atMostNode = own["atMost"] ?? node
        guard atMost >= start else {
            throw atMostNode.error(.invalidValue, "seeds.atMost is \(atMost), which is less than start, \(start)")
        }
        guard (atMost - start) % step == 0 else {
            let lower = atMost - (atMost - start) % step
            let higher = lower + step <= 1000 ? " or \(lower + step)" : ""
            throw atMostNode.error(
                .invalidValue,
                "seeds.atMost is \(atMost), but after \(start) seeds come groups of \(step): write \(lower)\(higher)"
            )
        }
        var level = 0.05
        if let levelNode = own["level"] {
            guard case .number(let value) = try levelNode.value(.number(.closed(0.001, 0.5))) else {
                preconditionFailure("a number's value is a number")
            }
            level = value
        }
        let plan = SeedPlan(
            systems: systems,
            tasks: tasks,
            compare: try comparisons(own["compare"], systems: systems),
            start: start,
            step: step,
            atMost: atMost,
            level: level,
            firstSeed: UInt64(try own["first"]?.integer(0...Int(Int32.max)) ?? 1)
        )
        if let complaint = plan.complaint { throw atMostNode.error(.invalidValue, "seeds: \(complaint)") }
        return plan
    }

    private func refuseOthers(_ fields: [String: SpecNode], beside node: SpecNode) throws(SpecError) {
        if let seed = fields["seed"] {
            throw seed.error(.invalidValue, "seed is given here, and seeds says how many there are", atKey: true)
        }
        if let sweep = fields["sweep"] {
            throw sweep.error(
                .invalidValue,
                "seeds compares systems that have one configuration each; leave out sweep, or choose by it in a suite of its own first",
                atKey: true
            )
        }
        if let rules = fields["protocol"] {
            throw rules.error(
                .invalidValue,
                "\(SaneProtocol.name) has \(SaneProtocol.seeds) seeds of every system; leave out seeds or protocol",
                atKey: true
            )
        }
    }

    /// Reads `all`, `leader`, or names of systems.
    private func comparisons(_ node: SpecNode?, systems: [String]) throws(SpecError) -> SeedPlan.Comparisons {
        guard let node else { return .all }
        if node.items == nil {
            let word = try node.choice(["all", "leader"] + systems)
            if word == "all" { return .all }
            if word == "leader" { return .leader }
        }
        var names: [String] = []
        for item in node.itemsOrSelf {
            let name = try item.choice(systems)
            guard !names.contains(name) else { throw item.error(.invalidValue, "\(node.path) has \(name) twice") }
            names.append(name)
        }
        guard !names.isEmpty else { throw node.error(.invalidValue, "\(node.path) names no system") }
        return .with(names)
    }
}

extension SeedPlan {
    /// Why the plan can decide nothing; nil if it can.
    var complaint: String? {
        let groups = looks.indices.map { seeds(before: $0 + 1).count }
        // Two systems' scores in a group can be exchanged in this many ways.
        let ways = groups.reduce(1.0) { ways, size in
            ways * (1...size).reduce(1.0) { $0 * Double(size + $1) / Double($1) }
        }
        guard let last = looks.last, 2 / ways > last.level else { return nil }
        let share = tasks.count > 1 ? " (\(NumberText.short(level)) shared by \(tasks.count) tasks)" : ""
        return
            "\(atMost) seeds can separate no two systems: the smallest p-value is \(NumberText.short(2 / ways)), and the level "
            + "\(NumberText.short(last.level))\(share); raise atMost"
    }
}
