import GraphCases
import PodiumGraph
import Testing

@Suite struct GradientTests {
    /// Central differences of the float64 oracle, every element of every parameter.
    @Test(arguments: GraphCase.all(.small)) func gradientsEqualFiniteDifferences(_ example: GraphCase) throws {
        let oracle = Oracle(example.graph)
        let outputs = oracle.run(example.feeds, variables: example.variables).outputs
        let losses = Oracle(example.graph, only: ["loss"])
        let epsilon = 1e-5
        for (name, content) in example.variables {
            let gradient = try #require(outputs["gradient/\(name)"])
            let largest = gradient.values.reduce(0) { max($0, $1.magnitude) }
            for index in content.values.indices {
                let sides = [epsilon, -epsilon].map { shift in
                    var variables = example.variables
                    variables[name]?.values[index] += shift
                    return losses.run(example.feeds, variables: variables).outputs["loss"]?.values[0] ?? .nan
                }
                let difference = (sides[0] - sides[1]) / (2 * epsilon)
                let error = (difference - gradient.values[index]).magnitude
                #expect(error <= 1e-6 * max(largest, 1e-3), "\(name)[\(index)]: \(gradient.values[index])")
            }
        }
    }

    @Test func casesCoverEveryOperationThatHasAGradient() {
        let covered = Set(GraphCase.all(.small).flatMap { $0.graph.nodes.map(\.operation.mnemonic) })
        let known: Set = [
            "embed", "embedGradient", "addDropoutNorm", "addDropoutNormGradient", "dropout", "linear",
            "activationGradient", "matmul", "attention", "attentionGradient", "classAttention",
            "classAttentionGradient", "gatherRows", "scatterRows",
            "sequenceEnds", "tokenCoordinates", "concatenate", "sliceColumns", "softmaxCrossEntropy",
            "softmaxCrossEntropyGradient", "spanCrossEntropy", "spanCrossEntropyGradient", "squaredError",
            "squaredErrorGradient", "add", "scale", "constant", "rematerializationBarrier", "allReduce", "termCount",
            "lstm", "lstmGradient", "shiftTokens", "sequenceMean", "sequenceMeanGradient", "windowMean",
        ]
        #expect(covered == known)
    }
}
