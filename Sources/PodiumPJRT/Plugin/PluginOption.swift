internal import CPJRT

/// An option of a plug-in's client or topology, by the plug-in's own name for it.
package enum PluginOption: Hashable, Sendable {
    case string(String)
    case integer(Int64)
    case flag(Bool)

    /// Calls `body` with the options as the C API takes them.
    static func withValues<Result>(
        _ options: [String: PluginOption],
        _ body: (UnsafeBufferPointer<pjrt_named_value>) -> Result
    ) -> Result {
        var arena: [UnsafeMutableBufferPointer<CChar>] = []
        defer { for text in arena { text.deallocate() } }
        func copy(_ text: String) -> (start: UnsafePointer<CChar>, size: Int) {
            let bytes = text.utf8CString
            let memory = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
            _ = memory.initialize(from: bytes)
            arena.append(memory)
            // `bytes` has at least the final zero.
            return (UnsafePointer(memory.baseAddress.unsafelyUnwrapped), bytes.count - 1)
        }
        let values = options.sorted { $0.key < $1.key }.map { name, option -> pjrt_named_value in
            let name = copy(name)
            switch option {
            case .string(let string):
                var value = podium_pjrt_option(name.start, name.size, pjrt_string)
                (value.string, value.value_size) = copy(string)
                return value
            case .integer(let integer):
                var value = podium_pjrt_option(name.start, name.size, pjrt_int64)
                value.integer = integer
                return value
            case .flag(let flag):
                var value = podium_pjrt_option(name.start, name.size, pjrt_bool)
                value.flag = flag
                return value
            }
        }
        return values.withUnsafeBufferPointer(body)
    }
}
