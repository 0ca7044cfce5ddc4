import PodiumGraph

/// A dropout mask of [..., 64 · groups] elements; each number holds the bits of four elements that are 16 apart.
struct PackedMask {
    /// i8 [..., 16 · groups].
    let numbers: Tensor

    /// A mask behind a barrier, so that the compiler keeps it instead of drawing it again.
    init(kept numbers: Tensor) { self.numbers = Tensor.opaque([numbers])[0] }

    /// - Parameter masks: four, i1 [..., 16 · groups], of the first to fourth 16 elements of each group.
    init(_ masks: [Tensor]) {
        let (writer, shape) = (masks[0].writer, masks[0].shape)
        let bits = masks.enumerated().map { $1.select(writer.constant(Float(1 << $0), shape), 0) }
        numbers = ((bits[0] + bits[1]) + (bits[2] + bits[3])).convert(.i8)
    }

    /// One i1 an element.
    ///
    /// - Parameter byProducts: a matmul with a matrix of zeros and ones copies each number, exactly, to the four columns that it
    ///   serves; moving single columns is slow on TPUs. On a GPU the product would be a kernel of its own with its result in
    ///   memory, while a broadcast becomes a part of what reads the mask.
    func unpacked(byProducts: Bool) -> Tensor {
        byProducts ? unpackedByProduct : unpackedByBroadcast
    }

    private var unpackedByBroadcast: Tensor {
        let (writer, last) = (numbers.writer, numbers.rank - 1)
        let (head, groups) = (Array(numbers.shape.dropLast()), numbers.shape[last] / 16)
        let four = numbers.convert(.i32).reshape(head + [groups, 1, 16])
        let bit = writer.iota(.i32, Array(repeating: 1, count: last + 1) + [4, 1], along: last + 1)
        let bits = four >> bit
        return (bits & writer.constant(Int32(1), bits.shape)).compare(.equal, 1).reshape(head + [groups * 64])
    }

    /// Each column selects its bit of the number that was copied there.
    private var unpackedByProduct: Tensor {
        let writer = numbers.writer
        let last = numbers.rank - 1
        let (packed, unpacked) = (numbers.shape[last], 4 * numbers.shape[last])
        let (from, to) = (writer.iota(.ui32, [packed, 1], along: 0), writer.iota(.ui32, [1, unpacked], along: 1))
        let source = ((to >> 6) << 4) | (to & 15)
        let routes = from.compare(.equal, source).convert(.bf16)
        let spread = numbers.convert(.bf16)
            .dot(routes, contracting: [(last, 0)], to: .bf16, highest: false).convert(.f32).convert(.i32)
        let bit = ((to >> 4) & 3).bits(as: .i32).reshape(Array(repeating: 1, count: last) + [unpacked])
        return ((spread >> bit) & writer.constant(Int32(1), spread.shape)).compare(.equal, 1)
    }
}

/// Random coordinates of a matrix's rows: ui32 scalars, and ui32 columns [..., 1].
struct RowCoordinates {
    let key: (Tensor, Tensor)
    let examples: Tensor
    let positions: Tensor
}

extension Dropout {
    /// Which elements of [..., width] are kept, packed.
    ///
    /// A counter's four words serve elements that are 16 apart (see `Dropout`), so words are drawn for [..., groups, 16].
    func packedMask(_ rows: RowCoordinates, width: Int) -> PackedMask {
        let writer = rows.examples.writer
        let groups = (width + 63) / 64
        let last = rows.examples.rank - 1
        let columns = Array(repeating: 1, count: last) + [16 * groups]
        let counter = PhiloxCounter(
            words: (
                writer.iota(.ui32, columns, along: last), rows.positions, rows.examples, writer.constant(stream)
            )
        )
        let words = counter.drawn(key: rows.key)
        let kept = [words.0, words.1, words.2, words.3].map { $0.compare(.greaterOrEqual, Int(threshold)) }
        return PackedMask(kept)
    }

    /// The scaled element where it is kept; 0 elsewhere.
    func applied(to x: Tensor, keeps: Tensor) -> Tensor { keeps.select(x * scale, 0) }
}
