internal import Foundation

/// A look at a shared library's file before it is loaded: loading a truncated one ends the process with a bus error.
enum LibraryFile {
    /// Refuses what is no ELF library of 64 bits, or is shorter than its own headers say (System V ABI, chapter 5).
    static func check(_ path: String) throws(PJRTError) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw PJRTError(.load, "\(path) cannot be read")
        }
        defer { try? file.close() }
        let header = (try? file.read(upToCount: 64)) ?? Data()
        let bytes = [UInt8](header)
        guard bytes.count == 64, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
            throw PJRTError(.load, "\(path) cannot be loaded: it is no library of this kind of machine")
        }
        // Where the segments' headers are, how large one is, how many there are.
        let (start, size, count) = (number(bytes, 32, 8), number(bytes, 54, 2), number(bytes, 56, 2))
        let isThere = (try? file.seek(toOffset: UInt64(start))) != nil
        let table = isThere ? [UInt8]((try? file.read(upToCount: size * count)) ?? Data()) : []
        let length = (try? file.seekToEnd()).map { Int(clamping: $0) } ?? 0
        let ends = stride(from: 0, to: table.count - 55, by: max(size, 56)).map { entry in
            let (end, isTooLarge) = number(table, entry + 8, 8).addingReportingOverflow(number(table, entry + 32, 8))
            return isTooLarge ? Int.max : end
        }
        guard size >= 56, table.count == size * count, let last = ends.max(), last <= length else {
            throw PJRTError(.load, "\(path) is incomplete (\(length) bytes): install it again")
        }
    }

    /// A little-endian number; huge ones are cut to what an `Int` holds.
    private static func number(_ bytes: [UInt8], _ first: Int, _ size: Int) -> Int {
        let value = (0..<size).reduce(UInt64(0)) { $0 | UInt64(bytes[first + $1]) << UInt64(8 * $1) }
        return Int(clamping: value)
    }
}
