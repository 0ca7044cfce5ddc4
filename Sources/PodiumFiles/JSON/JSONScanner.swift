package import PodiumPrimitives

/// Reads JSON from the front, one token at a time, skipping what nobody asked for.
///
/// Ours, because Foundation's decoder neither tells lines and columns, nor keeps lone surrogates, nor is as
/// strict as what the official scripts read with.
///
/// As strict as Python's `json.load`: one document, UTF-8, no control characters
/// in strings. Depth is bounded, and errors name line and column.
package struct JSONScanner {
    private let bytes: [UInt8]
    package private(set) var position = 0

    /// Deepest nesting that is read.
    package static let depthLimit = 256

    /// Checks that the bytes are UTF-8 and skips a byte-order mark.
    package init(_ bytes: [UInt8]) throws(FileError) {
        self.bytes = bytes
        if let bad = UTF8Check.firstInvalidOffset(bytes) { throw error("the text is not UTF-8", at: bad) }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    // MARK: Structure

    /// A key of an object, kept as the bytes of the file until somebody needs its text.
    package struct Key {
        fileprivate let range: Range<Int>
        fileprivate let unescaped: ExactText?
    }

    /// Whether a key is this name; escapes in the file's spelling are understood.
    package func matches(_ key: Key, _ name: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return key.unescaped.map { $0.bytes.elementsEqual(wanted) } ?? bytes[key.range].elementsEqual(wanted)
    }

    package func text(of key: Key) -> ExactText {
        key.unescaped ?? ExactText(bytes: Array(bytes[key.range]))
    }

    /// Reads `{ … }`; the body gets every key and must consume its value.
    package mutating func object(
        _ wanted: String = "expected an object '{'",
        _ body: (inout JSONScanner, Key) throws(FileError) -> Void
    ) throws(FileError) {
        if try !consume(0x7B) { throw error(wanted) }
        if try consume(0x7D) { return }
        repeat {
            try skipSpace()
            let key = try key()
            try expect(0x3A, "':' after the key")
            try body(&self, key)
        } while try consume(0x2C)
        try expect(0x7D, "',' or '}'")
    }

    private mutating func key() throws(FileError) -> Key {
        try expect(0x22, "a key in double quotes")
        let start = position
        position = PlainRun.end(in: bytes, from: start)
        guard position < bytes.count, bytes[position] == 0x22 else {
            return Key(range: start..<start, unescaped: try escapedString(from: start))
        }
        position += 1
        return Key(range: start..<(position - 1), unescaped: nil)
    }

    /// Reads `[ … ]`; the body must consume one element each time.
    package mutating func array(
        _ wanted: String = "expected an array '['",
        _ body: (inout JSONScanner) throws(FileError) -> Void
    ) throws(FileError) {
        if try !consume(0x5B) { throw error(wanted) }
        if try consume(0x5D) { return }
        repeat {
            try body(&self)
        } while try consume(0x2C)
        try expect(0x5D, "',' or ']'")
    }

    /// Nothing but white space may follow the document.
    package mutating func end() throws(FileError) {
        try skipSpace()
        if position < bytes.count { throw error("there is text after the end of the JSON document") }
    }

    // MARK: Values

    package mutating func string(_ wanted: String = "a string") throws(FileError) -> ExactText {
        try expect(0x22, wanted)
        let start = position
        position = PlainRun.end(in: bytes, from: start)
        guard position < bytes.count, bytes[position] == 0x22 else { return try escapedString(from: start) }
        position += 1
        return ExactText(bytes: Array(bytes[start..<(position - 1)]))
    }

    /// A number; Python's `Infinity` is read too, `NaN` is refused.
    package mutating func number(_ wanted: String = "a number") throws(FileError) -> Double {
        try skipSpace()
        let start = position
        for (word, value) in [("Infinity", Double.infinity), ("-Infinity", -Double.infinity)] where take(word) {
            return value
        }
        while position < bytes.count, Self.isNumberByte(bytes[position]) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard Self.isJSONNumber(bytes[start..<position]), let value = Double(text) else {
            throw error("expected \(wanted)", at: start)
        }
        return value
    }

    /// A whole number that `Int` holds.
    package mutating func integer(_ wanted: String = "a whole number") throws(FileError) -> Int {
        try skipSpace()
        let start = position
        while position < bytes.count, Self.isNumberByte(bytes[position]) { position += 1 }
        let text = bytes[start..<position]
        guard Self.isJSONNumber(text), let value = Int(String(decoding: text, as: UTF8.self)) else {
            throw error("expected \(wanted)", at: start)
        }
        return value
    }

    package mutating func bool() throws(FileError) -> Bool {
        try skipSpace()
        if take("true") { return true }
        if take("false") { return false }
        throw error("expected true or false")
    }

    /// True and consumed if the next value is `null`.
    package mutating func null() throws(FileError) -> Bool {
        try skipSpace()
        return take("null")
    }

    /// The next byte that is not white space, or nil at the end.
    package mutating func peek() throws(FileError) -> UInt8? {
        try skipSpace()
        return position < bytes.count ? bytes[position] : nil
    }

    /// Passes over one value of any kind, checking its syntax.
    package mutating func skipValue(depth: Int = 0) throws(FileError) {
        guard depth < Self.depthLimit else { throw error("values are nested more than \(Self.depthLimit) deep") }
        switch try peek() {
        case 0x22: try skipString()
        case 0x7B: try object { (scanner, _) throws(FileError) in try scanner.skipValue(depth: depth + 1) }
        case 0x5B: try array { (scanner) throws(FileError) in try scanner.skipValue(depth: depth + 1) }
        case 0x74, 0x66: _ = try bool()
        case 0x6E: if try !null() { throw error("expected a value") }
        case nil: throw error("the document ends where a value is expected")
        case .some(0x30...0x39): try skipDigits()
        default: if !take("NaN") { _ = try number("a value") }
        }
    }

    // MARK: Errors

    package func error(_ what: String, at offset: Int? = nil) -> FileError {
        FileError(.malformed, what, at: place(of: offset ?? position))
    }

    /// Line and column of a byte.
    package func place(of offset: Int) -> SourcePlace {
        let place = min(offset, bytes.count)
        let line = bytes[..<place].count { $0 == 0x0A } + 1
        let lineStart = bytes[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return SourcePlace(line: line, column: place - lineStart + 1)
    }

    // MARK: Bytes

    private mutating func skipSpace() throws(FileError) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func consume(_ byte: UInt8) throws(FileError) -> Bool {
        guard try peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, _ what: String) throws(FileError) {
        if try !consume(byte) { throw error("expected \(what)") }
    }

    private mutating func take(_ word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    /// A plain whole number needs no value; everything else goes the checked way.
    private mutating func skipDigits() throws(FileError) {
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        let isPlain = position - start == 1 || bytes[start] != 0x30
        if !isPlain || (position < bytes.count && Self.isNumberByte(bytes[position])) {
            position = start
            _ = try number("a value")
        }
    }

    private mutating func skipString() throws(FileError) {
        try expect(0x22, "a string")
        let start = position
        var ignored: [UInt8] = []
        while try !atQuote(ofStringFrom: start) {
            try escape(into: &ignored)
            ignored.removeAll(keepingCapacity: true)
        }
        position += 1
    }

    /// The slow way, from the first byte after the quote: decodes escapes.
    private mutating func escapedString(from start: Int) throws(FileError) -> ExactText {
        var text = Array(bytes[start..<position])
        var runStart = position
        while try !atQuote(ofStringFrom: start) {
            text += bytes[runStart..<position]
            try escape(into: &text)
            runStart = position
        }
        text += bytes[runStart..<position]
        position += 1
        return ExactText(bytes: text)
    }

    /// Moves to the closing quote (true) or the next backslash (false).
    private mutating func atQuote(ofStringFrom start: Int) throws(FileError) -> Bool {
        position = PlainRun.end(in: bytes, from: position)
        guard position < bytes.count else { throw error("a string is not closed", at: start - 1) }
        if bytes[position] < 0x20 { throw error("a control character in a string; write it as an escape") }
        return bytes[position] == 0x22
    }

    private mutating func escape(into text: inout [UInt8]) throws(FileError) {
        let start = position
        guard position + 1 < bytes.count else { throw error("a string is not closed") }
        position += 2
        switch bytes[start + 1] {
        case 0x22: text.append(0x22)
        case 0x5C: text.append(0x5C)
        case 0x2F: text.append(0x2F)
        case 0x62: text.append(0x08)
        case 0x66: text.append(0x0C)
        case 0x6E: text.append(0x0A)
        case 0x72: text.append(0x0D)
        case 0x74: text.append(0x09)
        case 0x75:
            guard var scalar = hexQuad() else { throw error("\\u needs four hexadecimal digits", at: start) }
            if (0xD800..<0xDC00).contains(scalar), bytes[position...].starts(with: [0x5C, 0x75]) {
                let afterFirst = position
                position += 2
                if let low = hexQuad(), (0xDC00..<0xE000).contains(low) {
                    scalar = 0x1_0000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
                } else {
                    position = afterFirst
                }
            }
            CodePoints.encode(scalar, into: &text)
        default: throw error("an unknown escape in a string", at: start)
        }
    }

    private mutating func hexQuad() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[position..<(position + 4)] {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x57)
            default: return nil
            }
        }
        position += 4
        return value
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: true
        default: false
        }
    }

    /// JSON's number grammar.
    ///
    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    private static func isJSONNumber(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        func digits() -> Int {
            let run = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(run)
            return run
        }
        if rest.first == 0x2D { rest = rest.dropFirst() }
        let leadingZero = rest.first == 0x30
        let whole = digits()
        guard whole == 1 || (whole > 1 && !leadingZero) else { return false }
        if rest.first == 0x2E {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if rest.first == 0x65 || rest.first == 0x45 {
            rest = rest.dropFirst()
            if rest.first == 0x2B || rest.first == 0x2D { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
