import GraphCases
import PodiumCPU
import PodiumGraph
import PodiumPJRT
import Testing

extension GraphCase {
    /// Runs the case once on a device from its own variables.
    ///
    /// - Returns: the outputs, and the variables afterwards.
    func run(
        on device: any GraphDevice
    ) throws -> (outputs: [String: HostTensor], variables: [String: HostTensor]) {
        let store = device.makeVariables()
        for (name, content) in variables { try store.write(name, content.host(.float32)) }
        let executor = try device.load(graph, variables: store)
        let outputs = try executor.run(hostFeeds)
        var after: [String: HostTensor] = [:]
        for name in store.names { after[name] = try store.read(name) }
        return (outputs, after)
    }
}

/// Every operation, forward and backward, on the plug-in and on our own engine against the float64 oracle.
@Suite(.serialized) struct OperationTests {
    /// Odd sizes and a sequence of one token, in the cases that hold most operations.
    @Test(arguments: GraphCase.all(.small).suffix(6) + GraphCase.recurrent(.small) + GraphCase.trainings(.small))
    func smallCasesEqualTheOracle(_ example: GraphCase) throws {
        try expectAgreement(example)
    }

    /// Rows of 192 columns, several sequences in one, padding in every dimension.
    @Test(arguments: GraphCase.all(.large) + GraphCase.trainings(.large))
    func largeCasesEqualTheOracle(_ example: GraphCase) throws {
        try expectAgreement(example)
    }

    private func expectAgreement(_ example: GraphCase) throws {
        let expected = Oracle(example.graph).run(example.feeds, variables: example.variables)
        let device = try PJRTDevice(TestDevice.client())
        let (outputs, variables) = try example.run(on: device)
        let own = try example.run(on: CPUDevice(CPUConfiguration(threads: 2)))
        for (name, reference) in expected.outputs {
            try expectClose(outputs[name], reference, "\(name) of the plug-in")
            try expectClose(own.outputs[name], reference, "\(name) of the CPU engine")
        }
        for (name, reference) in expected.assigned {
            try expectClose(variables[name], reference, "next \(name) of the plug-in")
        }
    }

    /// Within 2e-5 of the tensor's largest element.
    private func expectClose(_ tensor: HostTensor?, _ reference: Reference, _ context: String) throws {
        let tensor = try #require(tensor, "\(context) is missing")
        #expect(tensor.shape == reference.shape)
        let largest = reference.values.reduce(1e-6) { max($0, $1.magnitude) }
        let error = zip(tensor.floats, reference.values).reduce(0) { worst, pair in
            let difference = (Double(pair.0) - pair.1).magnitude
            return difference.isNaN ? .infinity : max(worst, difference)
        }
        #expect(error <= 2e-5 * largest, "\(context): \(error / largest)")
    }
}
