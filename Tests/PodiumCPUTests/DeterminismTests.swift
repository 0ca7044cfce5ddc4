import GraphCases
import PodiumCPU
import PodiumGraph
import Testing

@Suite struct DeterminismTests {
    /// Same bits of outputs and variables after several training steps.
    @Test(arguments: Path.all) func anyNumberOfThreadsGivesTheSameBits(_ path: Path) throws {
        for example in GraphCase.trainings(.large) + GraphCase.trainings(.manyWords) {
            let single = try example.run(path.configuration(threads: 1), steps: 3)
            for threads in [2, 3] {
                let result = try example.run(path.configuration(threads: threads), steps: 3)
                #expect(result.outputs == single.outputs, "\(example.name) on \(threads) threads")
                #expect(result.variables == single.variables, "\(example.name) on \(threads) threads")
            }
        }
    }

    /// Words that a batch does not have are updated as if their gradient had been computed and were zero.
    @Test(arguments: Path.all) func aSparseGradientTrainsLikeADenseOne(_ path: Path) throws {
        for example in GraphCase.trainings(.manyWords) where example.name.contains("unclipped") {
            let sparse = try example.run(path.configuration(threads: 2), steps: 3)
            var graph = example.graph
            let optimizer = try #require(graph.nodes.last { $0.operation is AdamW })
            let word = try #require(optimizer.inputs.firstIndex { $0.shape == [1500, 70] })
            // Somebody who reads a gradient gets all of it.
            graph.output("gradient", optimizer.inputs[word + 3])
            let dense = GraphCase(name: example.name, graph: graph, feeds: example.feeds, variables: example.variables)
            #expect(try dense.run(path.configuration(threads: 2), steps: 3).variables == sparse.variables)
        }
    }

    /// A store filled from another's contents goes on as that one would have.
    @Test func trainingResumedFromVariablesEqualsUninterruptedTraining() throws {
        let example = try #require(GraphCase.trainings(.large).first)
        let whole = try example.run(CPUConfiguration(threads: 2), steps: 4)
        let half = try example.run(CPUConfiguration(threads: 2), steps: 2)
        let device = try CPUDevice(CPUConfiguration(threads: 2))
        let store = device.makeVariables()
        for (name, content) in half.variables { try store.write(name, content) }
        let executor = try device.load(example.graph, variables: store)
        var feeds = example.hostFeeds
        for step in 2..<4 {
            feeds["step"] = HostTensor(scalar: Int32(3 + step))
            _ = try executor.run(feeds)
        }
        for (name, content) in whole.variables { #expect(try store.read(name) == content, "\(name)") }
    }

    /// The plan of another batch's sizes leaves no trace.
    @Test func batchesOfOtherSizesInBetweenChangeNothing() throws {
        let example = try #require(GraphCase.all(.large).last { $0.hostFeeds["types"] != nil })
        let device = try CPUDevice(CPUConfiguration(threads: 2))
        let store = device.makeVariables()
        for (name, content) in example.variables { try store.write(name, content.host(.float32)) }
        let executor = try device.load(example.graph, variables: store)
        let first = try executor.run(example.hostFeeds)
        var short = example.hostFeeds
        short["offsets"] = HostTensor([0, 2] as [Int32])
        short["examples"] = HostTensor([5] as [Int32])
        short["labels"] = HostTensor([1] as [Int32])
        short["tokens"] = HostTensor([9, 8] as [Int32])
        short["types"] = HostTensor([0, 1] as [Int32])
        _ = try executor.run(short)
        #expect(try executor.run(example.hostFeeds) == first)
    }
}
