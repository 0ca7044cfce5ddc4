internal import PodiumFiles

/// Unpacks Snappy's raw format.
enum Snappy {
    struct Malformed: Error {}

    /// No element of the format makes more of a byte than this.
    private static let maximumRatio = 22

    /// The unpacked bytes; memory is taken only as far as the packed ones can fill it.
    static func unpack(_ packed: ArraySlice<UInt8>) throws(Malformed) -> [UInt8] {
        var reader = WireReader(packed)
        func wire<Result>(_ body: () throws(WireReader.Malformed) -> Result) throws(Malformed) -> Result {
            do { return try body() } catch { throw Malformed() }
        }
        let length = try wire { () throws(WireReader.Malformed) in try reader.varint() }
        guard length <= UInt64(packed.count) * UInt64(maximumRatio) + 64 else { throw Malformed() }
        var result: [UInt8] = []
        result.reserveCapacity(Int(length))
        while reader.count > 0 {
            let tag = try number(&reader, 1)
            switch tag & 3 {
            case 0:
                var count = tag >> 2
                if count >= 60 { count = try number(&reader, Int(count - 59)) }
                guard UInt64(result.count) + count + 1 <= length else { throw Malformed() }
                result += try wire { () throws(WireReader.Malformed) in try reader.take(count + 1) }
            case 1:
                let offset = (tag >> 5) << 8 | (try number(&reader, 1))
                try copy(offset, count: tag >> 2 & 7 + 4, length: length, &result)
            case 2: try copy(try number(&reader, 2), count: tag >> 2 + 1, length: length, &result)
            default: try copy(try number(&reader, 4), count: tag >> 2 + 1, length: length, &result)
            }
        }
        guard result.count == Int(length) else { throw Malformed() }
        return result
    }

    private static func number(_ reader: inout WireReader, _ count: Int) throws(Malformed) -> UInt64 {
        do {
            return try reader.take(UInt64(count)).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        } catch {
            throw Malformed()
        }
    }

    /// Repeats what was written before; it may overlap what is being written.
    private static func copy(_ offset: UInt64, count: UInt64, length: UInt64, _ result: inout [UInt8]) throws(Malformed)
    {
        guard offset > 0, offset <= UInt64(result.count), UInt64(result.count) + count <= length else {
            throw Malformed()
        }
        let start = result.count - Int(offset)
        for place in start..<start + Int(count) { result.append(result[place]) }
    }
}
