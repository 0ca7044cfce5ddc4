package import PodiumGraph

/// Parameters and optimizer state in buffers whose addresses never change.
package final class CPUVariables: VariableStore {
    package private(set) var names: [String] = []
    private var tensors: [String: (buffer: FloatBuffer, shape: [Int])] = [:]

    package init() {}

    package func shape(of name: String) throws(GraphError) -> [Int] { try find(name).shape }

    package func read(_ name: String) throws(GraphError) -> HostTensor { try view(name).host() }

    package func write(_ name: String, _ tensor: HostTensor) throws(GraphError) {
        guard tensor.element == .float32 else {
            throw GraphError(.shape, "variable \(name) takes float32 elements, not \(tensor.element.rawValue)")
        }
        try declare(name, shape: tensor.shape)
        try view(name).copy(from: tensor)
    }

    /// Creates a variable of zeros, or checks the shape of an existing one.
    func declare(_ name: String, shape: [Int]) throws(GraphError) {
        guard let known = tensors[name] else {
            tensors[name] = (try FloatBuffer(count: shape.reduce(1, *)), shape)
            names.append(name)
            return
        }
        guard known.shape == shape else {
            throw GraphError(.shape, "variable \(name) has shape \(known.shape), not \(shape)")
        }
    }

    func view(_ name: String) throws(GraphError) -> TensorView {
        let found = try find(name)
        return TensorView(base: found.buffer.base, type: .float32, shape: found.shape)
    }

    private func find(_ name: String) throws(GraphError) -> (buffer: FloatBuffer, shape: [Int]) {
        guard let found = tensors[name] else {
            throw GraphError(.unknownVariable, "there is no variable named \(name)")
        }
        return found
    }
}
