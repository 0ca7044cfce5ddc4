import PodiumBERT
import PodiumGraph
import Testing

/// Losses and gradients of the architectures beside BERT against PyTorch (`make_architectures_fixture.py`).
@Suite struct ArchitectureTests {
    private static let architectures = Configuration.Architecture.allCases.filter { $0 != .bidirectional }

    private let expected: Safetensors
    private let sequences: [PackedBatch.Sequence]

    init() throws {
        expected = try Fixture.tensors("architectures")
        let (ids, types) = (try expected.integers("batch/ids"), try expected.integers("batch/types"))
        var first = 0
        sequences = try expected.integers("batch/lengths").enumerated().map { number, length in
            let tokens = first..<first + Int(length)
            first = tokens.upperBound
            return PackedBatch.Sequence(ids: Array(ids[tokens]), types: Array(types[tokens]), example: Int32(number))
        }
    }

    private func model(
        _ architecture: Configuration.Architecture,
        top: Configuration.Top? = nil
    ) -> any SequenceModel {
        var configuration = Configuration(
            vocabularySize: 41,
            hiddenSize: 16,
            layers: 2,
            heads: 2,
            intermediateSize: 28
        )
        configuration.maximumPositions = 24
        configuration.architecture = architecture
        configuration.hiddenDropout = 0
        configuration.attentionDropout = 0
        configuration.top = top
        return configuration.model
    }

    private func batch(_ head: Head, _ architecture: Configuration.Architecture) throws -> PackedBatch {
        var batch = PackedBatch(sequences, isTraining: true)
        guard case .pretraining = head else {
            batch.feed("labels", HostTensor(try expected.integers("batch/labels")))
            return batch
        }
        guard architecture != .contextFree else {
            var offset: Int32 = 0
            var positions: [Int32] = []
            for sequence in sequences {
                positions += stride(from: 0, to: Int32(sequence.ids.count), by: 3).map { offset + $0 }
                offset += Int32(sequence.ids.count)
            }
            batch.feed(HeadTensor.maskedPositions, HostTensor(positions))
            batch.feed(HeadTensor.maskedLabels, HostTensor(try expected.integers("batch/maskedLabels")))
            return batch
        }
        let directions: [HeadTensor.Direction] =
            architecture == .shallowBidirectional ? [.forward, .backward] : [.forward]
        for direction in directions { batch.feedNeighbours(sequences, direction) }
        return batch
    }

    /// One of our parameters as the script has it: query, key and value one above the other.
    private func reference(_ parameter: String, _ prefix: String) throws -> [Float] {
        let parts = ["query", "key", "value"].map { parameter.replacing("self.qkv", with: "self.\($0)") }
        let names = parameter.contains("self.qkv") ? parts : [parameter]
        return try names.flatMap { try expected.floats("\(prefix)\($0)") }
    }

    private func norm(_ values: some Sequence<Float>) -> Double {
        values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }

    @Test(arguments: architectures, ["pretraining", "classification"])
    func lossAndGradientsEqualPyTorch(_ architecture: Configuration.Architecture, _ name: String) throws {
        let model = model(architecture)
        let head = name == "pretraining" ? Head.pretraining(model.defaultObjectives) : .classification(labels: 3)
        try expectGradients(model, head, batch(head, architecture), "\(architecture.rawValue)", name)
    }

    /// An LSTM in each direction on top of a left-to-right model, as in table 5 of BERT's paper.
    @Test(arguments: [Head.classification(labels: 3), .span])
    func aRecurrentTopEqualsPyTorch(_ head: Head) throws {
        var batch = PackedBatch(sequences, isTraining: true)
        if head == .span {
            for name in ["starts", "ends"] { batch.feed(name, HostTensor(sequences.map { Int32($0.ids.count / 2) })) }
        } else {
            batch.feed("labels", HostTensor(try expected.integers("batch/labels")))
        }
        let name = head == .span ? "span" : "classification"
        try expectGradients(model(.leftToRight, top: .bilstm), head, batch, "left-to-right+bilstm", name)
    }

    private func expectGradients(
        _ model: any SequenceModel,
        _ head: Head,
        _ batch: PackedBatch,
        _ prefix: String,
        _ name: String
    ) throws {
        let graph = model.trainingGraph(head, optimizer: OptimizerOptions())
        var weights = Weights()
        for parameter in graph.parameters {
            let values = try reference(parameter.name, "\(prefix)/weights/")
            weights.tensors[parameter.name] = HostTensor(values, shape: parameter.value.shape.map(\.fixed))
        }
        let trainer = try Trainer(
            model: model,
            head: head,
            weights: weights,
            optimizer: OptimizerOptions(),
            seed: 1,
            device: Fixture.device(),
            returningGradients: true
        )
        let (measured, outputs) = try trainer.trainReturningOutputs(batch, learningRate: 0)
        let loss = Double(try expected.floats("\(prefix)/\(name)/loss")[0])
        #expect(abs(measured.loss - loss) <= 1e-5 * loss, "\(measured.loss) for \(loss)")
        for parameter in graph.parameters {
            let gradient = try #require(outputs["gradient/\(parameter.name)"]).floats
            let wanted = try reference(parameter.name, "\(prefix)/\(name)/gradient/")
            try #require(gradient.count == wanted.count)
            let error = norm(zip(wanted, gradient).map { $0 - $1 })
            #expect(error <= 1e-3 * norm(wanted) + 1e-6 * measured.gradientNorm, "\(parameter.name): \(error)")
        }
    }

    @Test func objectivesThatAnArchitectureCannotServeAreNamed() {
        func complaint(_ architecture: Configuration.Architecture, _ kinds: Objective.Kind...) -> String? {
            model(architecture).complaint(about: kinds.map { Objective($0) })
        }
        #expect(complaint(.bidirectional, .maskedTokens, .nextSentence) == nil)
        #expect(complaint(.bidirectional, .nextToken)?.contains("bidirectional") == true)
        #expect(complaint(.contextFree, .nextToken)?.contains("use mlm") == true)
        #expect(complaint(.leftToRight, .nextToken, .maskedTokens)?.contains("masks the tokens") == true)
        #expect(complaint(.leftToRight, .nextToken, .nextToken)?.contains("twice") == true)
        #expect(complaint(.shallowBidirectional)?.contains("no objective") == true)
        for architecture in Configuration.Architecture.allCases {
            let model = model(architecture)
            #expect(model.complaint(about: model.defaultObjectives) == nil)
        }
    }

    /// A token's one-way state depends on its own side alone; a context-free one on nothing else.
    @Test(arguments: Configuration.Architecture.allCases)
    func statesDependOnWhatTheArchitectureLetsThemSee(_ architecture: Configuration.Architecture) throws {
        let model = model(architecture)
        let graph = model.evaluationGraph(.span, returningStates: true)
        let device = try Fixture.device()
        let variables = device.makeVariables()
        var configuration = model.configuration
        configuration.initializerRange = 0.3
        try Weights.fresh(for: graph, configuration: configuration, seed: 2).write(into: variables)
        let executor = try device.load(graph, variables: variables)
        /// The middle token's state, after a change of one token.
        func middle(changing changed: Int?) throws -> [Float] {
            var ids: [Int32] = [6, 7, 8, 9, 10]
            if let changed { ids[changed] += 20 }
            let sequence = PackedBatch.Sequence(ids: ids, types: [0, 0, 0, 0, 0], example: 0)
            let outputs = try executor.run(PackedBatch([sequence], isTraining: false).feeds)
            let name = architecture == .contextFree ? "state.0" : "state.2"
            return Array(try #require(outputs[name]).floats[32..<48])
        }
        let (base, left, right) = (try middle(changing: nil), try middle(changing: 0), try middle(changing: 4))
        let sees = [
            left.prefix(8) != base.prefix(8), left.suffix(8) != base.suffix(8),
            right.prefix(8) != base.prefix(8), right.suffix(8) != base.suffix(8),
        ]
        switch architecture {
        case .bidirectional: #expect(sees == [true, true, true, true])
        case .leftToRight: #expect(sees == [true, true, false, false])
        case .shallowBidirectional: #expect(sees == [true, false, false, true])
        case .contextFree: #expect(sees == [false, false, false, false])
        }
    }
}
