package import PodiumGraph

/// Parameters and optimizer state in the devices' memory, one copy per replica.
package final class PJRTVariables: VariableStore {
    package private(set) var names: [String] = []
    private var tensors: [String: (buffers: [DeviceBuffer], shape: [Int])] = [:]
    private let client: Client
    private let replicas: Int

    init(client: Client, replicas: Int) {
        (self.client, self.replicas) = (client, replicas)
    }

    package func shape(of name: String) throws(GraphError) -> [Int] { try find(name).shape }

    package func read(_ name: String) throws(GraphError) -> HostTensor {
        let found = try find(name)
        return try forGraph { () throws(PJRTError) in try found.buffers[0].read(.float32, shape: found.shape) }
    }

    package func write(_ name: String, _ tensor: HostTensor) throws(GraphError) {
        guard tensor.element == .float32 else {
            throw GraphError(.shape, "variable \(name) takes float32 elements, not \(tensor.element.rawValue)")
        }
        if let known = tensors[name] {
            guard known.shape == tensor.shape else {
                throw GraphError(.shape, "variable \(name) has shape \(known.shape), not \(tensor.shape)")
            }
        } else {
            names.append(name)
        }
        let buffers = try forGraph { () throws(PJRTError) in
            var buffers: [DeviceBuffer] = []
            for device in 0..<replicas { buffers.append(try client.makeBuffer(tensor, on: device)) }
            return buffers
        }
        tensors[name] = (buffers, tensor.shape)
    }

    /// Creates a variable of zeros, or checks the shape of an existing one.
    func declare(_ name: String, shape: [Int]) throws(GraphError) {
        if tensors[name] == nil {
            try write(name, HostTensor(Array(repeating: 0 as Float, count: shape.reduce(1, *)), shape: shape))
        }
        let known = try find(name).shape
        guard known == shape else { throw GraphError(.shape, "variable \(name) has shape \(known), not \(shape)") }
    }

    func buffers(_ name: String) throws(GraphError) -> [DeviceBuffer] { try find(name).buffers }

    /// Sets a variable's next content; nil after a failed step that consumed the old content.
    func replace(_ name: String, _ buffers: [DeviceBuffer]?) {
        guard let known = tensors[name] else { return }
        tensors[name] = buffers.map { ($0, known.shape) }
    }

    private func find(_ name: String) throws(GraphError) -> (buffers: [DeviceBuffer], shape: [Int]) {
        guard let found = tensors[name] else {
            throw GraphError(.unknownVariable, "there is no variable named \(name)")
        }
        return found
    }
}
