import Foundation
import PodiumCore
import PodiumData
import Testing

import PodiumLibrary

struct TaskFilesTests {
    /// `gzip -c` of a file with one line, "Quality" and a line feed.
    private static let packed: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x0B, 0x2C, 0x4D, 0xCC, 0xC9, 0x2C, 0xA9, 0xE4,
        0x02,
        0x00, 0xAA, 0xC6, 0x6A, 0xD6, 0x08, 0x00, 0x00, 0x00,
    ]

    @Test func packedFilesAreRead() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(
            at: root.appendingPathComponent("MRPC"),
            withIntermediateDirectories: true
        )
        try Data(Self.packed).write(to: root.appendingPathComponent("MRPC/dev.tsv.gz"))
        let files = try TaskFiles(.root(root.path), dataDirectory: root.path)
        let file = try files.read(.mrpc, .dev)
        #expect(file.name == "MRPC/dev.tsv" && String(decoding: file.bytes, as: UTF8.self) == "Quality\n")

        try Data(Self.packed.dropLast(9)).write(to: root.appendingPathComponent("MRPC/dev.tsv.gz"))
        #expect { try files.read(.mrpc, .dev) } throws: { error in
            "\(error)".contains("MRPC/dev.tsv.gz")
        }
    }
}
