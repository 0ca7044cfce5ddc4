internal import CPJRT
internal import PodiumGraph
internal import Synchronization

/// A tensor in a device's memory, freed with its last owner.
///
/// A donated one must not be read.
final class DeviceBuffer {
    let handle: OpaquePointer
    private let client: Client

    init(_ handle: OpaquePointer, of client: Client) {
        self.handle = handle
        self.client = client
        client.live.add(1, ordering: .relaxed)
    }

    deinit {
        client.plugin.destroy(pjrt_fn_buffer_destroy, handle)
        client.live.subtract(1, ordering: .relaxed)
    }

    /// Copies the elements to the host.
    func read(_ element: ElementType, shape: [Int]) throws(PJRTError) -> HostTensor {
        let count = shape.reduce(1, *)
        // An int32 has the size of a float32.
        var floats: [Float] = []
        var integers: [Int32] = []
        switch element {
        case .float32: floats = Array(repeating: 0, count: count)
        case .int32: integers = Array(repeating: 0, count: count)
        }
        if count > 0 {
            switch element {
            case .float32:
                try floats.withUnsafeMutableBufferPointer { elements throws(PJRTError) in
                    try copy(to: UnsafeMutableRawBufferPointer(elements), rank: shape.count)
                }
            case .int32:
                try integers.withUnsafeMutableBufferPointer { elements throws(PJRTError) in
                    try copy(to: UnsafeMutableRawBufferPointer(elements), rank: shape.count)
                }
            }
        }
        return element == .float32 ? HostTensor(floats, shape: shape) : HostTensor(integers, shape: shape)
    }

    private func copy(to bytes: UnsafeMutableRawBufferPointer, rank: Int) throws(PJRTError) {
        let plugin = client.plugin
        var event: OpaquePointer?
        let error = podium_pjrt_to_host(plugin.api, handle, rank, bytes.baseAddress, bytes.count, &event)
        try plugin.check(error, .execution, "a tensor cannot be copied from the device")
        guard let event else { return }
        try Completion(event, of: plugin).wait(client.timeout, "copying a tensor from the device")
    }
}
