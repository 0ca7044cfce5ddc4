import Foundation
import PodiumCore
import PodiumFiles

/// The finished files of vectors: a header, then what was gathered row by row.
enum VectorFile {
    /// Writes a file of rows of float32.
    ///
    /// Where texts have several rows each, `offsets` says where each text's begin: in a file `PATH.offsets.npy`, or as a
    /// tensor of that name.
    static func write(
        rows: Int,
        columns: Int,
        offsets: [Int64]?,
        body: String,
        format: VectorFormat,
        to path: String
    ) throws(FileError) {
        try AtomicFile.write(path) { (writer) throws(FileError) in
            switch format {
            case .jsonl: break
            case .npy: try writer.append(array(type: "<f4", shape: [rows, columns]))
            case .safetensors:
                try writer.append(header(rows: rows, columns: columns, offsets: offsets?.count))
                if let offsets { try writer.append(offsets) }
            }
            guard let file = FileHandle(forReadingAtPath: body) else {
                throw FileError(.missing, "what was gathered is gone", file: body)
            }
            while let piece = try? file.read(upToCount: 1 << 20), !piece.isEmpty { try writer.append(Array(piece)) }
            try? file.close()
        }
        if format == .npy, let offsets {
            try AtomicFile.write(path + ".offsets.npy") { (writer) throws(FileError) in
                try writer.append(array(type: "<i8", shape: [offsets.count]))
                try writer.append(offsets)
            }
        }
    }

    /// The beginning of NumPy's format 1.0, as long as a multiple of 64.
    private static func array(type: String, shape: [Int]) -> [UInt8] {
        let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
        let prefix = 10
        text += String(repeating: " ", count: (64 - (prefix + text.utf8.count + 1) % 64) % 64) + "\n"
        let length = UInt16(text.utf8.count)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
    }

    /// Offsets come first, so that all is aligned.
    private static func header(rows: Int, columns: Int, offsets: Int?) -> [UInt8] {
        let start = (offsets ?? 0) * 8
        let end = start + rows * columns * 4
        var json = "{"
        if let offsets {
            json += #""offsets":{"dtype":"I64","shape":[\#(offsets)],"data_offsets":[0,\#(start)]},"#
        }
        json += #""vectors":{"dtype":"F32","shape":[\#(rows),\#(columns)],"data_offsets":[\#(start),\#(end)]}}"#
        json += String(repeating: " ", count: (8 - json.utf8.count % 8) % 8)
        return withUnsafeBytes(of: UInt64(json.utf8.count).littleEndian) { Array($0) } + Array(json.utf8)
    }
}
