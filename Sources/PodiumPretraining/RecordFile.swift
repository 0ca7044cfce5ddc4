internal import PodiumFiles
internal import PodiumPrimitives

/// TFRecord files: each record with its length and two masked CRC-32C.
enum RecordFile {
    /// The bytes that stand for a record.
    static func append(_ record: [UInt8], to bytes: inout [UInt8]) {
        var length = WireWriter()
        length.append(fixed: UInt64(record.count))
        bytes += length.bytes
        var checksums = WireWriter()
        checksums.append(fixed: CRC32C.masked(CRC32C.checksum(length.bytes)))
        bytes += checksums.bytes
        bytes += record
        checksums = WireWriter()
        checksums.append(fixed: CRC32C.masked(CRC32C.checksum(record)))
        bytes += checksums.bytes
    }

    /// The records of a file's bytes; a length is trusted only after its checksum and within the file.
    static func records(_ bytes: [UInt8], name: String) throws(PretrainingDataError) -> [ArraySlice<UInt8>] {
        var records: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        func refuse(_ why: String) -> PretrainingDataError {
            PretrainingDataError(
                .malformed,
                "record \(records.count + 1), at byte \(rest.startIndex), \(why)",
                at: SourcePlace(file: name)
            )
        }
        func number(_ place: Int, _ count: Int) -> UInt64 {
            rest[(rest.startIndex + place)..<(rest.startIndex + place + count)].reversed()
                .reduce(0) { $0 << 8 | UInt64($1) }
        }
        while !rest.isEmpty {
            guard rest.count >= 12 else { throw refuse("is cut off") }
            guard number(8, 4) == UInt64(CRC32C.masked(CRC32C.checksum(Array(rest.prefix(8))))) else {
                throw refuse("has a damaged length")
            }
            let length = number(0, 8)
            guard length <= UInt64(rest.count - 12), rest.count - 12 - Int(length) >= 4 else {
                throw refuse("is cut off")
            }
            let record = rest.dropFirst(12).prefix(Int(length))
            guard number(12 + Int(length), 4) == UInt64(CRC32C.masked(CRC32C.checksum(Array(record)))) else {
                throw refuse("is damaged")
            }
            records.append(record)
            rest = rest.dropFirst(16 + Int(length))
        }
        return records
    }
}
