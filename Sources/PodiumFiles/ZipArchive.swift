internal import PodiumPrimitives

/// A zip archive in memory: stored or deflated files, no encryption, no zip64.
package struct ZipArchive: Hashable, Sendable {
    package struct File: Hashable, Sendable {
        package var name: String
        package var bytes: [UInt8]

        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    package var files: [File]

    package init(_ files: [File]) {
        self.files = files
    }

    /// The largest archive content that is read, all files together.
    package static let sizeLimit = 64 << 20
    private static let entryLimit = 1000

    /// Reads every file.
    ///
    /// Names that would escape a folder and content beyond the limit are refused.
    package init(reading bytes: [UInt8]) throws(FileError) {
        let end = try Self.endRecord(bytes)
        let count = Int(try bytes.little16(end + 10))
        let start = Int(try bytes.little32(end + 16))
        guard count <= Self.entryLimit else {
            throw FileError(.hostile, "the archive has \(count) entries, more than \(Self.entryLimit)")
        }
        files = []
        var position = start
        var left = Self.sizeLimit
        for _ in 0..<count {
            let entry = try Entry(bytes, at: position)
            position = entry.next
            if entry.name.utf8.last == 0x2F { continue }
            try Self.checkName(entry.name)
            let content = try entry.content(of: bytes, limit: left)
            left -= content.count
            files.append(File(name: entry.name, bytes: content))
        }
    }

    private static func checkName(_ name: String) throws(FileError) {
        let parts = name.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
        let isSafe =
            !name.isEmpty
            && parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual("..".utf8) && !$0.elementsEqual(".".utf8) }
            && !name.utf8.contains { $0 == 0x5C || $0 == 0x3A || $0 < 0x20 }
        guard isSafe else {
            throw FileError(.hostile, "the archive holds the path \"\(name)\", which could leave its folder")
        }
    }

    /// Where the end-of-central-directory record starts: the last one within 64 KiB of the end.
    private static func endRecord(_ bytes: [UInt8]) throws(FileError) -> Int {
        var position = bytes.count - 22
        while position >= max(0, bytes.count - 22 - 0xFFFF) {
            if try bytes.little32(position) == 0x0605_4B50 { return position }
            position -= 1
        }
        throw FileError(.malformed, "this is not a zip archive (no end record), or it is cut off")
    }
}

extension ZipArchive {
    /// One line of the central directory.
    private struct Entry {
        let name: String
        let method: UInt16
        let checksum: UInt32
        let packed: Int
        let unpacked: Int
        let header: Int
        let next: Int

        init(_ bytes: [UInt8], at position: Int) throws(FileError) {
            guard try bytes.little32(position) == 0x0201_4B50 else {
                throw FileError(.malformed, "the archive's directory is damaged at byte \(position)")
            }
            let nameLength = Int(try bytes.little16(position + 28))
            let extra = Int(try bytes.little16(position + 30)) + Int(try bytes.little16(position + 32))
            guard position + 46 + nameLength <= bytes.count else {
                throw FileError(.malformed, "the archive's directory is cut off")
            }
            name = String(decoding: bytes[(position + 46)..<(position + 46 + nameLength)], as: UTF8.self)
            method = try bytes.little16(position + 10)
            checksum = try bytes.little32(position + 16)
            packed = Int(try bytes.little32(position + 20))
            unpacked = Int(try bytes.little32(position + 24))
            header = Int(try bytes.little32(position + 42))
            next = position + 46 + nameLength + extra
            if try bytes.little16(position + 8) & 1 == 1 {
                throw FileError(.malformed, "\(name) is encrypted; make the archive without a password")
            }
            if packed == 0xFFFF_FFFF || unpacked == 0xFFFF_FFFF || header == 0xFFFF_FFFF {
                throw FileError(.malformed, "\(name) needs zip64, which no submission needs")
            }
        }

        func content(of bytes: [UInt8], limit: Int) throws(FileError) -> [UInt8] {
            guard unpacked <= limit else {
                throw FileError(
                    .hostile,
                    "\(name) brings the archive over the \(ZipArchive.sizeLimit) bytes that are unpacked at most"
                )
            }
            guard try bytes.little32(header) == 0x0403_4B50 else {
                throw FileError(.malformed, "\(name): its data are not where the directory says")
            }
            let start = header + 30 + Int(try bytes.little16(header + 26)) + Int(try bytes.little16(header + 28))
            guard start + packed <= bytes.count else { throw FileError(.malformed, "\(name) is cut off") }
            let data = bytes[start..<(start + packed)]
            let content: [UInt8]
            switch method {
            case 0: content = Array(data)
            case 8:
                do throws(FileError) {
                    content = try ZlibStream.inflate(data, windowBits: -15, limit: unpacked).content
                } catch {
                    throw FileError(error.code == .hostile ? .hostile : .malformed, "\(name): \(error.message)")
                }
            default: throw FileError(.malformed, "\(name) is packed by method \(method); use deflate or store")
            }
            guard content.count == unpacked, ZlibStream.checksum(content) == checksum else {
                throw FileError(.malformed, "\(name) is damaged: size or checksum differ")
            }
            return content
        }
    }
}

extension ZipArchive {
    /// The archive's bytes, files stored one after the other under a fixed date: equal content gives equal bytes.
    package var bytes: [UInt8] {
        var body: [UInt8] = []
        var directory: [UInt8] = []
        for file in files {
            let common =
                Self.little16(20) + Self.little16(0x800) + Self.little16(0) + Self.little16(0) + Self.little16(0x21)
                + Self.little32(Int(ZlibStream.checksum(file.bytes))) + Self.little32(file.bytes.count)
                + Self.little32(file.bytes.count) + Self.little16(file.name.utf8.count) + Self.little16(0)
            directory += Self.little32(0x0201_4B50) + Self.little16(20) + common + Self.little16(0) + Self.little16(0)
            directory += Self.little16(0) + Self.little32(0) + Self.little32(body.count) + file.name.utf8
            body += Self.little32(0x0403_4B50) + common + Array(file.name.utf8) + file.bytes
        }
        let end =
            Self.little32(0x0605_4B50) + Self.little16(0) + Self.little16(0) + Self.little16(files.count)
            + Self.little16(files.count) + Self.little32(directory.count) + Self.little32(body.count) + Self.little16(0)
        return body + directory + end
    }

    private static func little16(_ value: Int) -> [UInt8] {
        [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)]
    }

    private static func little32(_ value: Int) -> [UInt8] {
        little16(value & 0xFFFF) + little16(value >> 16 & 0xFFFF)
    }
}

extension [UInt8] {
    fileprivate func little16(_ position: Int) throws(FileError) -> UInt16 {
        guard position >= 0, position + 2 <= count else {
            throw FileError(.malformed, "this is not a zip archive, or it is cut off")
        }
        return UInt16(self[position]) | UInt16(self[position + 1]) << 8
    }

    fileprivate func little32(_ position: Int) throws(FileError) -> UInt32 {
        UInt32(try little16(position)) | UInt32(try little16(position + 2)) << 16
    }
}
