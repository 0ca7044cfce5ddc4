/// How a program is compiled, in the encoding of XLA's CompileOptionsProto.
struct CompileOptions: Hashable, Sendable {
    /// The flag with which XLA's CPU compiler hands products to XNNPACK.
    ///
    /// XLA lets XNNPACK pack the right factor once and keep it for as long as the program's argument stays at its address
    /// (`capture_rhs` in XLA's `thunk_emitter.cc`). A donated weight stays where it is while a step changes it: from the second
    /// step on, gradients would be those of the first step's weights.
    static let packsWeightsOnce = "xla_cpu_use_xnnpack"

    /// The devices that run a copy of the program each; empty for one that is not named.
    var devices: [Int] = []
    /// Names of the compiler's flags that are on unless somebody says otherwise.
    var flagsOff: [String] = []

    /// The protocol buffer's bytes: field 3 (executable_build_options) with fields 1 (device_ordinal), 4
    /// (num_replicas), 5 (num_partitions) and 9 (device_assignment); field 7 (env_option_overrides), a map from names to
    /// values whose field 2 is a truth value.
    var encoded: [UInt8] {
        var build = ProtocolBuffer()
        if devices.count > 1 { build.field(1, varint: -1) }
        build.field(4, varint: max(1, devices.count))
        build.field(5, varint: 1)
        if devices.count > 1 {
            var ids = ProtocolBuffer()
            for device in devices { ids.varint(device) }
            var computation = ProtocolBuffer()
            computation.field(1, bytes: ids.bytes)
            var assignment = ProtocolBuffer()
            assignment.field(1, varint: devices.count)
            assignment.field(2, varint: 1)
            assignment.field(3, bytes: computation.bytes)
            build.field(9, bytes: assignment.bytes)
        }
        var options = ProtocolBuffer()
        options.field(3, bytes: build.bytes)
        for flag in flagsOff {
            var value = ProtocolBuffer()
            value.field(2, varint: 0)
            var entry = ProtocolBuffer()
            entry.field(1, bytes: Array(flag.utf8))
            entry.field(2, bytes: value.bytes)
            options.field(7, bytes: entry.bytes)
        }
        return options.bytes
    }
}

/// The two wire types of protocol buffers that compile options need.
private struct ProtocolBuffer {
    private(set) var bytes: [UInt8] = []

    mutating func varint(_ value: Int) {
        var rest = UInt64(bitPattern: Int64(value))
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func field(_ number: Int, varint value: Int) {
        varint(number << 3)
        varint(value)
    }

    mutating func field(_ number: Int, bytes content: [UInt8]) {
        varint(number << 3 | 2)
        varint(content.count)
        bytes += content
    }
}
