internal import PodiumFiles

/// An example as a `tf.train.Example`, with the release's feature names and paddings.
enum ExampleRecord {
    /// The message's bytes: `input_ids`, `input_mask`, `segment_ids` of the maximal length, the predictions of the
    /// maximal number.
    static func encode(_ example: MaskedExample, _ options: ExampleOptions) -> [UInt8] {
        let (length, predictions) = (options.maximumLength, options.maximumPredictions)
        var features = WireWriter()
        features.integers("input_ids", example.ids, padded: length)
        features.integers("input_mask", example.ids.map { _ in 1 }, padded: length)
        features.integers("segment_ids", example.types, padded: length)
        features.integers("masked_lm_positions", example.maskedPositions, padded: predictions)
        features.integers("masked_lm_ids", example.maskedLabels, padded: predictions)
        features.floats("masked_lm_weights", example.maskedLabels.map { _ in 1 }, padded: predictions)
        if let next = example.nextLabel { features.integers("next_sentence_labels", [next], padded: 1) }
        var message = WireWriter()
        message.message(1, features.bytes)
        return message.bytes
    }

    /// Reads such a message, whoever wrote it; paddings are left out.
    static func decode(_ bytes: ArraySlice<UInt8>) throws(PretrainingDataError) -> MaskedExample {
        do throws(WireReader.Malformed) {
            var integers: [String: [Int32]] = [:]
            var weights: [Float] = []
            for features in try messages(1, in: bytes) {
                for entry in try messages(1, in: features) {
                    guard let key = try messages(1, in: entry).first, let feature = try messages(2, in: entry).first
                    else { throw WireReader.Malformed() }
                    let name = String(decoding: key, as: UTF8.self)
                    for list in try messages(2, in: feature) { weights = try floats(list) }
                    for list in try messages(3, in: feature) { integers[name] = try self.integers(list) }
                }
            }
            guard let ids = integers["input_ids"], let mask = integers["input_mask"],
                let types = integers["segment_ids"], mask.count == ids.count, types.count == ids.count,
                let positions = integers["masked_lm_positions"], let labels = integers["masked_lm_ids"],
                labels.count == positions.count, weights.count == positions.count
            else { throw WireReader.Malformed() }
            let length = mask.firstIndex(of: 0) ?? mask.count
            let predicted = weights.firstIndex(of: 0) ?? weights.count
            guard length > 0, positions.prefix(predicted).allSatisfy({ $0 >= 0 && $0 < Int32(length) }) else {
                throw WireReader.Malformed()
            }
            return MaskedExample(
                ids: Array(ids.prefix(length)),
                types: Array(types.prefix(length)),
                maskedPositions: Array(positions.prefix(predicted)),
                maskedLabels: Array(labels.prefix(predicted)),
                nextLabel: integers["next_sentence_labels"]?.first
            )
        } catch {
            throw PretrainingDataError(.malformed, "the record is no example of masked language modelling")
        }
    }

    private static func messages(_ field: UInt64, in bytes: ArraySlice<UInt8>) throws(WireReader.Malformed)
        -> [ArraySlice<UInt8>]
    {
        var reader = WireReader(bytes)
        var found: [ArraySlice<UInt8>] = []
        while let next = try reader.next() {
            if next.field == field, case .bytes(let content) = next.value { found.append(content) }
        }
        return found
    }

    /// Packed, as every current writer does, or one by one.
    private static func integers(_ list: ArraySlice<UInt8>) throws(WireReader.Malformed) -> [Int32] {
        var reader = WireReader(list)
        var values: [Int32] = []
        func append(_ value: UInt64) throws(WireReader.Malformed) {
            guard let small = Int32(exactly: Int64(bitPattern: value)) else { throw WireReader.Malformed() }
            values.append(small)
        }
        while let next = try reader.next() {
            switch next.value {
            case .number(let value): try append(value)
            case .bytes(let packed):
                var inner = WireReader(packed)
                while inner.count > 0 { try append(try inner.varint()) }
            }
        }
        return values
    }

    private static func floats(_ list: ArraySlice<UInt8>) throws(WireReader.Malformed) -> [Float] {
        var reader = WireReader(list)
        var values: [Float] = []
        while let next = try reader.next() {
            switch next.value {
            case .number(let bits): values.append(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
            case .bytes(let packed):
                guard packed.count % 4 == 0 else { throw WireReader.Malformed() }
                values += packed.withUnsafeBytes { bytes in
                    stride(from: 0, to: bytes.count, by: 4).map { place in
                        let bits = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
                        return Float(bitPattern: UInt32(littleEndian: bits))
                    }
                }
            }
        }
        return values
    }
}

extension WireWriter {
    /// An entry of the map of features: a list of integers, filled up with zeros.
    fileprivate mutating func integers(_ name: String, _ values: [Int32], padded count: Int) {
        var packed = WireWriter()
        for value in values { packed.varint(UInt64(bitPattern: Int64(value))) }
        packed.append(repeatElement(0, count: max(0, count - values.count)))
        feature(name, 3, packed.bytes)
    }

    fileprivate mutating func floats(_ name: String, _ values: [Float], padded count: Int) {
        var packed = WireWriter()
        for value in values { packed.append(fixed: value.bitPattern) }
        packed.append(repeatElement(0, count: 4 * max(0, count - values.count)))
        feature(name, 2, packed.bytes)
    }

    private mutating func feature(_ name: String, _ kind: UInt64, _ packed: [UInt8]) {
        var (list, feature, entry) = (WireWriter(), WireWriter(), WireWriter())
        list.message(1, packed)
        feature.message(kind, list.bytes)
        entry.message(1, Array(name.utf8))
        entry.message(2, feature.bytes)
        message(1, entry.bytes)
    }
}
