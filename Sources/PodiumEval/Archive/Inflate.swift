/// Unpacks raw DEFLATE data (RFC 1951), never beyond a size that the caller allows.
struct Inflate {
    private let input: ArraySlice<UInt8>
    private var position: Int
    private var bitBuffer: UInt32 = 0
    private var bitCount = 0
    private var output: [UInt8] = []
    private let limit: Int

    static func unpack(_ input: ArraySlice<UInt8>, limit: Int) throws(EvalError) -> [UInt8] {
        var inflate = Inflate(input: input, limit: limit)
        try inflate.run()
        return inflate.output
    }

    private init(input: ArraySlice<UInt8>, limit: Int) {
        self.input = input
        self.limit = limit
        position = input.startIndex
    }

    private mutating func run() throws(EvalError) {
        var isLast = false
        while !isLast {
            isLast = try bits(1) == 1
            switch try bits(2) {
            case 0: try storedBlock()
            case 1: try codedBlock(literals: Self.fixedLiterals, distances: Self.fixedDistances)
            case 2:
                let (literals, distances) = try dynamicCodes()
                try codedBlock(literals: literals, distances: distances)
            default: throw damaged("an unknown block type")
            }
        }
    }

    private mutating func storedBlock() throws(EvalError) {
        bitBuffer = 0
        bitCount = 0
        guard position + 4 <= input.endIndex else { throw damaged("a stored block is cut off") }
        let length = Int(input[position]) | Int(input[position + 1]) << 8
        let check = Int(input[position + 2]) | Int(input[position + 3]) << 8
        position += 4
        guard length == ~check & 0xFFFF, position + length <= input.endIndex else {
            throw damaged("a stored block has a wrong length")
        }
        try reserve(length)
        output += input[position..<(position + length)]
        position += length
    }

    private mutating func codedBlock(literals: Huffman, distances: Huffman) throws(EvalError) {
        while true {
            let symbol = try decode(literals)
            if symbol < 256 {
                try reserve(1)
                output.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return }
            guard symbol - 257 < Self.lengthBase.count else { throw damaged("an unknown length") }
            let length = Self.lengthBase[symbol - 257] + (try bits(Self.lengthExtra[symbol - 257]))
            let code = try decode(distances)
            guard code < Self.distanceBase.count else { throw damaged("an unknown distance") }
            let distance = Self.distanceBase[code] + (try bits(Self.distanceExtra[code]))
            guard distance <= output.count else { throw damaged("a reference before the start") }
            try reserve(length)
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }

    private mutating func dynamicCodes() throws(EvalError) -> (Huffman, Huffman) {
        let literalCount = try bits(5) + 257
        let distanceCount = try bits(5) + 1
        let codeCount = try bits(4) + 4
        guard literalCount <= 286, distanceCount <= 30 else { throw damaged("too many codes") }
        var codeLengths = [Int](repeating: 0, count: 19)
        for place in Self.codeOrder.prefix(codeCount) { codeLengths[place] = try bits(3) }
        let codes = try huffman(codeLengths)
        var lengths: [Int] = []
        while lengths.count < literalCount + distanceCount {
            switch try decode(codes) {
            case let length where length < 16: lengths.append(length)
            case 16:
                guard let last = lengths.last else { throw damaged("a repetition of nothing") }
                lengths += Array(repeating: last, count: try bits(2) + 3)
            case 17: lengths += Array(repeating: 0, count: try bits(3) + 3)
            default: lengths += Array(repeating: 0, count: try bits(7) + 11)
            }
        }
        guard lengths.count == literalCount + distanceCount, lengths[256] > 0 else {
            throw damaged("code lengths that do not add up")
        }
        return (try huffman(Array(lengths[..<literalCount])), try huffman(Array(lengths[literalCount...])))
    }

    private func huffman(_ lengths: [Int]) throws(EvalError) -> Huffman {
        guard let code = Huffman(lengths: lengths) else { throw damaged("an over-full code") }
        return code
    }

    private mutating func decode(_ huffman: Huffman) throws(EvalError) -> Int {
        var code = 0
        var first = 0
        var index = 0
        for length in 1...15 {
            code |= try bits(1)
            let count = huffman.counts[length]
            if code - count < first { return huffman.symbols[index + code - first] }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        throw damaged("a code that stands for nothing")
    }

    private mutating func bits(_ count: Int) throws(EvalError) -> Int {
        while bitCount < count {
            guard position < input.endIndex else { throw damaged("the data end too early") }
            bitBuffer |= UInt32(input[position]) << UInt32(bitCount)
            position += 1
            bitCount += 8
        }
        let value = bitBuffer & ((1 << UInt32(count)) - 1)
        bitBuffer >>= UInt32(count)
        bitCount -= count
        return Int(value)
    }

    private func reserve(_ count: Int) throws(EvalError) {
        guard output.count + count <= limit else {
            throw EvalError(.hostileArchive, "the data unpack to more than the \(limit) bytes they claim or may have")
        }
    }

    private func damaged(_ what: String) -> EvalError {
        EvalError(.malformed, "the compressed data are damaged: \(what)")
    }
}

extension Inflate {
    /// A canonical Huffman code: symbols sorted by code length, and how many have each length.
    fileprivate struct Huffman {
        var counts = [Int](repeating: 0, count: 16)
        var symbols: [Int] = []

        /// Nil if the lengths leave no room for all symbols.
        init?(lengths: [Int]) {
            for length in lengths { counts[length] += 1 }
            counts[0] = 0
            var room = 1
            for length in 1...15 {
                room = room * 2 - counts[length]
                if room < 0 { return nil }
            }
            symbols = lengths.indices.filter { lengths[$0] > 0 }.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
        }
    }

    fileprivate static let fixedLiterals = Huffman.fixed(
        (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
    )
    fileprivate static let fixedDistances = Huffman.fixed(Array(repeating: 5, count: 30))
    fileprivate static let codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    fileprivate static let lengthBase = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    fileprivate static let lengthExtra = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    fileprivate static let distanceBase = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12289, 16385, 24577,
    ]
    fileprivate static let distanceExtra = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]
}

extension Inflate.Huffman {
    fileprivate static func fixed(_ lengths: [Int]) -> Self {
        guard let code = Self(lengths: lengths) else { preconditionFailure("the fixed codes are complete") }
        return code
    }
}
