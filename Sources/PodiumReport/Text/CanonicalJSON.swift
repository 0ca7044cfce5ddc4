import FoundationEssentials

/// JSON with sorted keys, equal for equal values, that is read as text too: what holds no list or object stands on one line.
enum CanonicalJSON {
    static func encode(_ value: some Encodable) throws(ReportError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: spaced([UInt8](try encoder.encode(value))), as: UTF8.self) + "\n"
        } catch {
            throw ReportError(.invalidReport, "the report cannot be written as JSON: \(error)")
        }
    }

    /// - Parameter bytes: a document without spaces between its parts.
    static func spaced(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count * 3 / 2)
        var depth = 0
        func breakLine() {
            output.append(UInt8(ascii: "\n"))
            output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
        }
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            switch byte {
            case UInt8(ascii: "\""):
                let end = Self.endOfString(bytes, from: place)
                output.append(contentsOf: bytes[place..<end])
                place = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if let end = endOfFlat(bytes, from: place) {
                    appendFlat(bytes[place..<end], to: &output)
                    place = end
                    continue
                }
                output.append(byte)
                depth += 1
                breakLine()
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                breakLine()
                output.append(byte)
            case UInt8(ascii: ","):
                output.append(byte)
                breakLine()
            case UInt8(ascii: ":"):
                output.append(byte)
                output.append(UInt8(ascii: " "))
            default: output.append(byte)
            }
            place += 1
        }
        return output
    }

    /// The place behind a string that begins here.
    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var place = start + 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(place + 1, bytes.count)
    }

    /// The place behind a list or object that begins here, if it holds no other.
    private static func endOfFlat(_ bytes: [UInt8], from start: Int) -> Int? {
        var place = start + 1
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""): place = endOfString(bytes, from: place)
            case UInt8(ascii: "{"), UInt8(ascii: "["): return nil
            case UInt8(ascii: "}"), UInt8(ascii: "]"): return place + 1
            default: place += 1
            }
        }
        return nil
    }

    private static func appendFlat(_ bytes: ArraySlice<UInt8>, to output: inout [UInt8]) {
        var isText = false
        var isEscaped = false
        for byte in bytes {
            output.append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                isText.toggle()
            } else if isText {
                isEscaped = byte == UInt8(ascii: "\\")
            } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") {
                output.append(UInt8(ascii: " "))
            }
        }
    }
}
