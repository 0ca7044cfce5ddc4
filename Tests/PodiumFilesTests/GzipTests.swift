import Foundation
import PodiumFiles
import Testing

@Suite("Packed files") struct GzipTests {
    struct Case: Decodable, CustomTestStringConvertible {
        var name: String
        var packed: Data
        var size: Int?
        var crc: UInt32?
        var error: String?

        var testDescription: String { name }
    }

    static let cases: [Case] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/packed-cases.json")
        guard let data = try? Data(contentsOf: file), let cases = try? JSONDecoder().decode([Case].self, from: data)
        else { preconditionFailure("packed-cases.json cannot be read") }
        return cases
    }()

    /// Members one after the other, padding, cuts and damage: as Python's gzip module has it.
    @Test(arguments: cases) func asPythonReadsIt(_ entry: Case) throws {
        let result = Result { () throws(FileError) in try Gzip.unpack(Array(entry.packed)) }
        switch result {
        case .success(let content):
            #expect(content.count == entry.size)
            #expect(try #require(entry.crc) == Self.checksum(content))
        case .failure(let error):
            #expect(error.code.rawValue == entry.error, "\(error)")
        }
    }

    /// Bit by bit, from the polynomial.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { value, byte in
            (0..<8).reduce(value ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1 }
        }
    }

    @Test func aBombIsRefusedAtTheLimit() throws {
        let packed = try #require(Self.cases.first { $0.name == "two members" }).packed
        let error = #expect(throws: FileError.self) { try Gzip.unpack(Array(packed), limit: 100) }
        #expect(error?.code == .hostile)
        #expect(try Gzip.unpack(Array(packed), limit: 285).count == 285)
    }
}
