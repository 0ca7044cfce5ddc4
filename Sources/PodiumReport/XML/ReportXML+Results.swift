import PodiumCore

extension ReportXML {
    static func write(_ run: Report.Run, names: XMLNames, to xml: inout XMLWriter) {
        xml.element(
            "run",
            [
                "id": "r\(run.id)", "kind": run.kind.rawValue, "system": names.system(run.system),
                "task": run.task?.rawValue, "dataset": run.dataset.map(names.dataset),
                "trainingSet": run.trainingSet.map(names.dataset), "seed": run.seed.map(String.init),
                "state": run.state.rawValue, "parent": run.parent.map { "r\($0)" },
                "started": run.startedAt.map(Timestamp.iso8601), "ended": run.endedAt.map(Timestamp.iso8601),
                "wallSeconds": number(run.wallSeconds), "steps": run.trainedSteps.map { String($0) },
                "examplesPerSecond": number(run.examplesPerSecond), "tokensPerSecond": number(run.tokensPerSecond),
                "score": number(run.score),
            ]
        ) { xml in
            xml.text("name", run.name)
            xml.text("reason", run.reason)
            for parameter in run.parameters {
                xml.element("parameter") { xml in
                    xml.text("name", parameter.name)
                    xml.text("value", parameter.value)
                }
            }
            for attempt in run.attempts { write(attempt, to: &xml) }
            if let checkpoint = run.checkpoint {
                xml.element(
                    "checkpoint",
                    [
                        "sha256": checkpoint.sha256, "step": checkpoint.step.map { String($0) },
                        "bytes": checkpoint.bytes.map { String($0) },
                    ]
                )
            }
            for (name, value) in run.metrics.sorted(by: { $0.key < $1.key }) {
                xml.text("value", name, ["is": "\(value)"])
            }
            for curve in run.curves {
                xml.element("curve") { xml in
                    xml.text("metric", curve.metric)
                    for point in curve.points {
                        xml.element("point", ["step": String(point.step), "value": "\(point.value)"])
                    }
                }
            }
            if let similarity = run.wordSimilarity {
                xml.element("similarity") { xml in
                    xml.text("word", similarity.word)
                    for text in similarity.texts { xml.text("text", text) }
                    for (row, cosines) in similarity.cosines.enumerated() {
                        for (column, value) in cosines.enumerated() {
                            xml.element(
                                "cosine",
                                ["row": "\(row + 1)", "column": "\(column + 1)", "value": "\(value)"]
                            )
                        }
                    }
                }
            }
            for note in run.notes { write(note, to: &xml) }
        }
    }

    private static func write(_ attempt: Report.Attempt, to xml: inout XMLWriter) {
        xml.element(
            "attempt",
            [
                "number": String(attempt.number), "started": Timestamp.iso8601(attempt.startedAt),
                "ended": attempt.endedAt.map(Timestamp.iso8601),
                "resumedFromStep": attempt.resumedFromStep.map { String($0) },
            ]
        ) { xml in
            xml.text("host", attempt.host)
            xml.text("outcome", attempt.outcome)
            xml.text("message", attempt.message)
            guard let environment = attempt.environment else { return }
            xml.element(
                "environment",
                ["cores": String(environment.cores), "threads": String(environment.threads)]
            ) { xml in
                xml.text("version", environment.version)
                xml.text("commit", environment.commit)
                xml.text("operatingSystem", environment.operatingSystem)
                xml.text("cpu", environment.processor)
                xml.text("device", environment.device)
                xml.text("precision", environment.precision)
                xml.text("instructions", environment.instructions)
            }
        }
    }

    static func write(_ result: Report.Outcome, names: XMLNames, to xml: inout XMLWriter) {
        xml.element(
            "result",
            [
                "system": names.system(result.system), "task": result.task.rawValue,
                "dataset": names.dataset(result.dataset), "status": result.status.rawValue,
                "examples": String(result.examples), "configurations": String(result.configurations),
                "tries": String(result.tries), "agreement": number(result.agreement),
                "inflation": number(result.inflation),
            ]
        ) { xml in
            xml.text("configuration", result.configuration)
            if let score = result.score {
                xml.element("score", ["value": "\(score.value)"]) { xml in write(score, to: &xml) }
            }
            for metric in result.metrics {
                xml.element("metric", ["name": metric.name, "value": number(metric.measurement?.value)]) { xml in
                    if let measurement = metric.measurement { write(measurement, to: &xml) }
                }
            }
            for run in result.runs { xml.element("counts", ["run": "r\(run)"]) }
            for (place, value) in result.expectedMaximum.enumerated() {
                xml.element("budget", ["configurations": String(place + 1), "expected": "\(value)"])
            }
            for note in result.notes { write(note, to: &xml) }
        }
    }

    private static func write(_ measurement: Report.Measurement, to xml: inout XMLWriter) {
        for interval in measurement.intervals { write(interval, to: &xml) }
        guard let seeds = measurement.seeds else { return }
        xml.element(
            "seeds",
            [
                "count": String(seeds.count), "failed": String(seeds.failed), "mean": "\(seeds.mean)",
                "sd": number(seeds.standardDeviation), "minimum": "\(seeds.minimum)",
                "median": "\(seeds.median)", "maximum": "\(seeds.maximum)",
            ]
        ) { xml in
            for seed in seeds.values {
                xml.element("seed", ["seed": String(seed.seed), "run": "r\(seed.run)", "value": "\(seed.value)"])
            }
        }
    }

    private static func write(_ interval: Report.Interval, to xml: inout XMLWriter) {
        xml.text(
            "interval",
            interval.method,
            [
                "low": "\(interval.low)", "high": "\(interval.high)", "level": "\(interval.level)",
                "source": interval.source.rawValue,
            ]
        )
    }

    static func write(_ average: Report.Average, names: XMLNames, to xml: inout XMLWriter) {
        xml.element(
            "average",
            [
                "system": names.system(average.system), "averaging": average.averaging.rawValue,
                "value": number(average.value),
            ]
        ) { xml in
            if let interval = average.interval { write(interval, to: &xml) }
            for task in average.missing { xml.element("missing", ["task": task.rawValue]) }
        }
    }

    static func write(_ comparison: Report.Comparison, names: XMLNames, to xml: inout XMLWriter) {
        xml.element(
            "comparison",
            [
                "first": names.system(comparison.first), "second": names.system(comparison.second),
                "task": comparison.task?.rawValue, "difference": "\(comparison.difference)", "p": "\(comparison.p)",
                "adjustedP": number(comparison.adjustedP), "detectable": number(comparison.detectable),
                "fragility": comparison.fragility.map { String($0) },
            ]
        ) { xml in
            if let interval = comparison.interval { write(interval, to: &xml) }
            xml.text("test", comparison.test)
            xml.text("correction", comparison.correction)
        }
    }

    static func write(_ standing: Report.Standing, names: XMLNames, to xml: inout XMLWriter) {
        xml.element(
            "standing",
            [
                "system": names.system(standing.system), "task": standing.task?.rawValue, "best": String(standing.best),
                "worst": String(standing.worst), "tier": String(standing.tier),
            ]
        )
    }

    static func write(_ slices: Report.Slices, names: XMLNames, to xml: inout XMLWriter) {
        xml.element(
            "slices",
            [
                "task": slices.task.rawValue, "first": names.system(slices.first),
                "second": slices.second.map(names.system), "furtherSystems": String(slices.furtherSystems),
                "smallSlices": String(slices.smallSlices), "fewest": String(slices.fewest),
            ]
        ) { xml in
            xml.text("metric", slices.metric)
            for slice in slices.slices {
                xml.element("slice", ["examples": String(slice.examples)]) { xml in
                    xml.text("axis", slice.axis)
                    xml.text("name", slice.name)
                    for score in slice.scores {
                        xml.element("score", ["system": names.system(score.system), "value": "\(score.value)"]) { xml in
                            write(score.interval, to: &xml)
                        }
                    }
                    guard let difference = slice.difference else { return }
                    xml.element(
                        "difference",
                        [
                            "value": "\(difference.value)", "p": number(difference.p),
                            "adjustedP": number(difference.adjustedP),
                        ]
                    ) { xml in
                        if let interval = difference.interval { write(interval, to: &xml) }
                    }
                }
            }
        }
    }

    static func write(_ flips: Report.Flips, names: XMLNames, to xml: inout XMLWriter) {
        xml.element(
            "flips",
            [
                "first": names.system(flips.first), "second": names.system(flips.second), "task": flips.task.rawValue,
                "firstRuns": String(flips.firstRuns), "secondRuns": String(flips.secondRuns),
                "onlyFirst": String(flips.onlyFirst), "onlySecond": String(flips.onlySecond),
            ]
        ) { xml in
            for example in flips.examples {
                xml.element("example", ["right": example.firstIsRight ? "first" : "second"]) { xml in
                    xml.text("id", example.id)
                    xml.text("text", example.text)
                    xml.text("passage", example.passage)
                    xml.text("gold", example.gold)
                    xml.text("first", example.first)
                    xml.text("second", example.second)
                }
            }
        }
    }

    static func write(_ table: Report.PublishedTable, id: String, to xml: inout XMLWriter) {
        xml.element("published", ["id": id, "split": table.split]) { xml in
            xml.text("key", table.id)
            xml.text("title", table.title)
            xml.text("source", table.source)
            xml.text("url", table.url)
            xml.text("procedure", table.procedure)
            for row in table.rows {
                xml.element(
                    "row",
                    ["headline": String(row.isHeadline), "millionParameters": number(row.parametersInMillions)]
                ) { xml in
                    xml.text("name", row.name)
                    for (averaging, number) in row.averages.sorted(by: { $0.key < $1.key }) {
                        xml.text("average", number.printed, ["averaging": averaging, "value": "\(number.value)"])
                    }
                    for value in row.values {
                        xml.text(
                            "value",
                            value.number.printed,
                            ["task": value.task.rawValue, "metric": value.metric, "value": "\(value.number.value)"]
                        )
                    }
                    xml.text("note", row.note)
                }
            }
        }
    }

    /// The shortest text that reads back as the same double.
    private static func number(_ value: Double?) -> String? {
        value.map { "\($0)" }
    }
}
