import Foundation
import PodiumCore
import PodiumSpec
import Testing

/// Every row of the hyper-parameter table, through the reader, the runs' JSON and the labels of reports.
struct ParameterTableTests {
    private static let reader = SpecReader(
        file: "job.yaml",
        folder: "/jobs",
        home: "/home/ada",
        modelNames: ["minilm-l6"],
        presets: ["tiny"]
    )

    /// A file whose runs have the parameter.
    private static func file(_ parameter: Hyperparameter, _ rest: String) throws -> String {
        let forms = [
            "kind: finetune\nmodel: minilm-l6\ntask: squad-v1.1",
            "kind: pretrain\nmodel: {preset: tiny}",
            "kind: evaluate\nmodel: minilm-l6\ntask: MRPC",
        ]
        let works: [Work] = [
            .finetune(FineTuning(model: .named("minilm-l6"), task: .squadV1)),
            .pretrain(Pretraining(model: .preset("tiny"))),
            .evaluate(Evaluating(model: .named("minilm-l6"), task: .mrpc)),
        ]
        let place = try #require(works.firstIndex(where: parameter.applies), "\(parameter.key) applies to no run")
        return "name: s\n\(forms[place])\n\(rest)"
    }

    /// Two values that a file may give, as it would write them.
    private static func values(_ parameter: Hyperparameter) -> [String] {
        switch parameter.key {
        case "docStride", "maxQueryLength": return ["16", "32"]
        case "maxSequenceLength": return ["256", "320"]
        case "objectives": return ["[mlm, nsp]", "[mlm]"]
        case "heldOutShare": return ["0.01", "0.02"]
        default: break
        }
        return switch parameter.domain {
        case .number(let range): range.contains(2) ? ["2", "2.5"] : ["1e-3", "0.002"]
        case .integer(let range): ["\(range.lowerBound)", "\(range.lowerBound + 1)"]
        case .flag: ["true", "false"]
        case .choice(let words): Array(words.prefix(2))
        case .name: ["one", "two"]
        case .seconds: ["90s", "2m"]
        case .bytes: ["1GiB", "2GiB"]
        case .share: ["6 %", "0.5"]
        case .list(.choice(let words)): ["[\(words[0])]", "[\(words[1])]"]
        case .list: ["[6 %, 12%]", "[0.5]"]
        }
    }

    @Test(arguments: Hyperparameter.all.map(\.key))
    func everyValueReachesTheRun(key: String) throws {
        let parameter = try #require(Hyperparameter.named(key))
        let works = try Self.values(parameter).map { value in
            let text = try Self.file(parameter, "training: {\(key): \(value)}")
            return try #require(try Self.reader.submission(from: text).runs.first).spec.work
        }
        #expect(works[0] != works[1])
        #expect(works.map { parameter.value(in: $0) }.allSatisfy { $0 != nil })
        #expect(works[0].settings != works[1].settings)
    }

    @Test(
        arguments: Hyperparameter.all.filter {
            $0.applies(to: .finetune(FineTuning(model: .named("a"), task: .squadV1)))
                || $0.applies(to: .pretrain(Pretraining(model: .preset("a"))))
        }.map(\.key)
    )
    func everySweepGivesLabelledRuns(key: String) throws {
        let parameter = try #require(Hyperparameter.named(key))
        let values = Self.values(parameter)
        let text = try Self.file(parameter, "sweep: {\(key): [\(values.joined(separator: ", "))]}")
        let runs = try Self.reader.submission(from: text).runs.map(\.spec).filter { $0.kind != .report }
        #expect(runs.count == 2)
        #expect(Set(runs.map(\.name)).count == 2)
        #expect(runs.allSatisfy { $0.name.contains("\(key)=") })
        let settings = runs.map { Set($0.work.settings) }
        // What differs is what a report's label is made of.
        // An architecture brings its objectives along.
        let keys = key == "architecture" ? ["architecture", "architecture", "objectives", "objectives"] : [key, key]
        #expect(settings[0].symmetricDifference(settings[1]).map(\.key).sorted() == keys)
    }

    @Test(arguments: Hyperparameter.all.map(\.key))
    func keysThatApplyToNothingAreRefused(key: String) throws {
        let parameter = try #require(Hyperparameter.named(key))
        let value = Self.values(parameter)[0]
        for (kind, work) in [
            (
                "kind: evaluate\nmodel: minilm-l6\ntask: MRPC",
                Work.evaluate(Evaluating(model: .named("m"), task: .mrpc))
            ),
            ("kind: finetune\nmodel: minilm-l6\ntask: MRPC", .finetune(FineTuning(model: .named("m"), task: .mrpc))),
            ("kind: pretrain\nmodel: ./m", .pretrain(Pretraining(model: .path("m")))),
        ] where !parameter.applies(to: work) {
            let error = #expect(throws: SpecError.self) {
                try Self.reader.submission(from: "name: s\n\(kind)\ntraining: {\(key): \(value)}")
            }
            #expect(
                error?.message.contains("\(key) applies to nothing in this file") == true,
                "\(kind): \(error as Any)"
            )
            #expect(error?.line != nil)
        }
    }

    @Test(arguments: Work.prototypes.map(\.name))
    func specsComeBackFromJSON(name: String) throws {
        var work = try #require(Work.prototypes.first { $0.name == name }).work
        for parameter in Hyperparameter.all where parameter.group == nil {
            guard let value = Self.typed(Self.values(parameter)[1], parameter) else { continue }
            parameter.set(value, in: &work)
        }
        let spec = RunSpec(name: "n", system: "s", work: work, resources: Resources(device: .xlaCPU, replicas: 2))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let bytes = try encoder.encode(spec)
        #expect(try JSONDecoder().decode(RunSpec.self, from: bytes) == spec)
        #expect(String(decoding: bytes, as: UTF8.self).contains("\"kind\":\"\(work.kind.rawValue)\""))
    }

    private static func typed(_ text: String, _ parameter: Hyperparameter) -> ParameterValue? {
        typed(text, parameter.domain)
    }

    private static func typed(_ text: String, _ domain: ParameterDomain) -> ParameterValue? {
        switch domain {
        case .number: Double(text).map(ParameterValue.number)
        case .integer: Int(text).map(ParameterValue.integer)
        case .flag: .flag(text == "true")
        case .choice: .choice(text)
        case .name: .name(text)
        case .share: Share.value(text).map(ParameterValue.number)
        case .list(let element):
            .list(
                text.dropFirst().dropLast().split(separator: ",").compactMap {
                    typed($0.trimmingCharacters(in: .whitespaces), element)
                }
            )
        case .seconds, .bytes: nil
        }
    }

    /// What a row of resources says is what the worker and the engine read.
    @Test func everyResourceSurvivesItsJSON() throws {
        for parameter in Parameter<Resources>.all {
            let value: ParameterValue =
                switch parameter.domain {
                case .integer: .integer(4)
                case .seconds: .seconds(77)
                case .bytes: .bytes(1 << 30)
                case .flag: .flag(true)
                case .choice: .choice(ComputeDevice.xlaCPU.rawValue)
                case .name: .name("big-memory")
                case .number, .share, .list: .number(0.5)
                }
            var resources = Resources()
            parameter.set(value, in: &resources)
            #expect(resources != Resources(), "\(parameter.key)")
            let read = try JSONDecoder().decode(Resources.self, from: JSONEncoder().encode(resources))
            #expect(read == resources, "\(parameter.key)")
        }
    }

    @Test func resourcesOfEarlierVersionsAreRead() throws {
        let json = #"{"device":"cpu","replicas":1,"threads":2}"#
        let resources = try JSONDecoder().decode(Resources.self, from: Data(json.utf8))
        #expect(resources == Resources(progressDeadlineSeconds: nil))
    }

    @Test func theJSONOfARunIsStable() throws {
        let work = FineTuning(model: .run("p", checkpoint: .last), task: .mrpc, data: .root("/data"), seed: 7)
        let spec = RunSpec(name: "p/glue/MRPC/seed-7", system: "p", work: .finetune(work))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let expected =
            #"{"data":{"root":"/data"},"kind":"finetune","model":{"checkpoint":"last","run":"p"},"#
            + #""name":"p/glue/MRPC/seed-7","resources":{"device":"cpu","isPreemptible":false,"#
            + #""progressDeadlineSeconds":1800,"replicas":1,"threads":2},"#
            + #""retry":{"backoffSeconds":5,"limit":2},"seed":7,"system":"p","task":"glue/MRPC","#
            + #""training":{"adamEpsilon":1e-06,"batchSize":32,"biasCorrection":false,"clipNorm":1,"clipping":"global","#
            + #""epochs":3,"gradientCheckpointing":false,"learningRate":5e-05,"maxSequenceLength":128,"#
            + #""precision":"float32","schedule":"bert2018","warmupProportion":0.1,"weightDecay":0.01}}"#
        let written = String(decoding: try encoder.encode(spec), as: UTF8.self)
        #expect(written == expected)
    }

    @Test(arguments: [
        (#""learningRate":5e-05"#, #""lerningRate":5e-05"#), (#""learningRate":5e-05"#, #""learningRate":7"#),
        (#""kind":"finetune""#, #""kind":"ponder""#), (#""learningRate":5e-05,"#, ""),
        (#""task":"glue/MRPC","#, ""), (#""epochs":3"#, #""docStride":3"#),
    ])
    func anUnknownSpecIsAnError(known: String, changed: String) throws {
        let spec = RunSpec(name: "n", system: "s", work: .finetune(FineTuning(model: .named("m"), task: .mrpc)))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(spec), as: UTF8.self)
        try #require(text.contains(known))
        let other = text.replacingOccurrences(of: known, with: changed)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(RunSpec.self, from: Data(other.utf8)) }
    }
}
