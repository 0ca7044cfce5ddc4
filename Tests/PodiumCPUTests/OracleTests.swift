import GraphCases
import PodiumCPU
import PodiumGraph
import Testing

/// A device configuration to test under.
struct Path: Sendable, CustomStringConvertible {
    let instructions: CPUConfiguration.Instructions
    let products: CPUConfiguration.MatmulLibrary
    let precision: CPUConfiguration.Precision

    var description: String { "\(instructions), \(products.rawValue), \(precision.rawValue)" }

    /// Largest error allowed, of a tensor's largest element: bfloat16 has eight significant bits.
    var tolerance: Double { precision == .float32 ? 1e-5 : 2e-2 }

    /// Every path that this machine has.
    static let all = CPUConfiguration.Instructions.allCases.flatMap { instructions in
        CPUConfiguration.MatmulLibrary.allCases.flatMap { products in
            CPUConfiguration.Precision.allCases.map {
                Path(instructions: instructions, products: products, precision: $0)
            }
        }
    }.filter { (try? CPUDevice($0.configuration(threads: 1))) != nil }

    func configuration(threads: Int) -> CPUConfiguration {
        CPUConfiguration(threads: threads, matmulLibrary: products, precision: precision, instructions: instructions)
    }
}

extension GraphCase {
    /// Runs the case on the CPU from its own variables, `steps` times.
    ///
    /// - Returns: the last run's outputs, and the variables afterwards.
    func run(
        _ configuration: CPUConfiguration,
        steps: Int = 1
    ) throws -> (outputs: [String: HostTensor], variables: [String: HostTensor]) {
        let device = try CPUDevice(configuration)
        let store = device.makeVariables()
        for (name, content) in variables { try store.write(name, content.host(.float32)) }
        let executor = try device.load(graph, variables: store)
        var outputs: [String: HostTensor] = [:]
        var feeds = hostFeeds
        for step in 0..<steps {
            feeds["step"] = HostTensor(scalar: Int32(3 + step))
            outputs = try executor.run(feeds)
        }
        var after: [String: HostTensor] = [:]
        for name in store.names { after[name] = try store.read(name) }
        return (outputs, after)
    }
}

@Suite struct OracleTests {
    @Test(arguments: Path.all) func outputsAndGradientsEqualTheOracle(_ path: Path) throws {
        for (example, expected) in OracleTests.expectations {
            let result = try example.run(path.configuration(threads: 2))
            for (name, reference) in expected.outputs {
                let context = "\(example.name), \(name)"
                try expectClose(result.outputs[name], reference, within: path.tolerance, context)
            }
            for (name, reference) in expected.assigned {
                let context = "\(example.name), next \(name)"
                try expectClose(result.variables[name], reference, within: path.tolerance, context)
            }
        }
    }

    /// Both sizes of every case, training steps with many words, and what the oracle makes of them.
    private static let expectations =
        ([CaseSize.small, .large].flatMap { GraphCase.all($0) + GraphCase.trainings($0) }
        + GraphCase.trainings(.manyWords)).map { example in
            (example, Oracle(example.graph).run(example.feeds, variables: example.variables))
        }

    /// Within a share of the tensor's largest element.
    private func expectClose(
        _ tensor: HostTensor?,
        _ reference: Reference,
        within tolerance: Double,
        _ context: String
    ) throws {
        let tensor = try #require(tensor)
        #expect(tensor.shape == reference.shape)
        let largest = reference.values.reduce(1e-6) { max($0, $1.magnitude) }
        let error = zip(tensor.floats, reference.values).reduce(0) { max($0, (Double($1.0) - $1.1).magnitude) }
        #expect(error <= tolerance * largest, "\(context): \(error / largest)")
    }
}
