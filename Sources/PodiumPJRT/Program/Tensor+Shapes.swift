extension Tensor {
    func reshape(_ shape: [Int]) -> Tensor {
        guard shape != self.shape else { return self }
        return writer.emit("stablehlo.reshape", [self], to: ProgramType(type.element, shape))
    }

    /// A size of 1 put in at a place of the shape.
    func expanded(_ dimension: Int) -> Tensor {
        var shape = shape
        shape.insert(1, at: dimension)
        return reshape(shape)
    }

    func transpose(_ order: [Int]) -> Tensor {
        writer.emit(
            "stablehlo.transpose",
            [self],
            "permutation = \(Tensor.list(order))",
            to: ProgramType(type.element, order.map { shape[$0] })
        )
    }

    /// A range along one dimension.
    func slice(_ range: Range<Int>, along dimension: Int) -> Tensor {
        var (starts, limits) = (Array(repeating: 0, count: rank), shape)
        (starts[dimension], limits[dimension]) = (range.lowerBound, range.upperBound)
        guard limits != shape || range.lowerBound != 0 else { return self }
        return writer.emit(
            "stablehlo.slice",
            [self],
            "start_indices = \(Tensor.list(starts)), limit_indices = \(Tensor.list(limits)), "
                + "strides = \(Tensor.list(Array(repeating: 1, count: rank)))",
            to: ProgramType(type.element, zip(starts, limits).map { $1 - $0 })
        )
    }

    static func concatenate(_ tensors: [Tensor], along dimension: Int) -> Tensor {
        var shape = tensors[0].shape
        shape[dimension] = tensors.reduce(0) { $0 + $1.shape[dimension] }
        return tensors[0].writer.emit(
            "stablehlo.concatenate",
            tensors,
            "dimension = \(dimension) : i64",
            to: ProgramType(tensors[0].type.element, shape)
        )
    }

    private func reduce(_ operation: String, _ initial: Tensor, _ dimensions: [Int], _ keeping: Bool) -> Tensor {
        let rest = shape.indices.filter { !dimensions.contains($0) }.map { shape[$0] }
        let result = writer.emit(
            "stablehlo.reduce",
            [self, initial],
            "dimensions = \(Tensor.list(dimensions))",
            region: ProgramWriter.combining(operation, type.element),
            to: [ProgramType(type.element, rest)]
        )[0]
        guard keeping else { return result }
        return result.reshape(shape.indices.map { dimensions.contains($0) ? 1 : shape[$0] })
    }

    /// Sum over dimensions, which remain as sizes of 1 if `keeping`.
    func sum(_ dimensions: [Int], keeping: Bool = false) -> Tensor {
        let zero = type.element == .i32 ? writer.constant(Int32(0)) : writer.constant(Float(0))
        return reduce("stablehlo.add", zero, dimensions, keeping)
    }

    /// Largest element over dimensions.
    func max(_ dimensions: [Int], keeping: Bool = false) -> Tensor {
        reduce("stablehlo.maximum", writer.constant(-Float.infinity), dimensions, keeping)
    }

    /// Sum of everything, a scalar.
    var total: Tensor { sum(Array(shape.indices)) }
    /// Sum of each row, whose size becomes 1.
    var rowSums: Tensor { sum([rank - 1], keeping: true) }
    /// Sum over all rows, [columns].
    var columnSums: Tensor { sum(Array(0..<rank - 1)) }

    /// Rows of a matrix (or elements of a vector) at int32 indices, which are clamped.
    func gather(_ indices: Tensor) -> Tensor {
        let width = Array(shape.dropFirst())
        let attributes = """
            dimension_numbers = #stablehlo.gather<offset_dims = [\(width.isEmpty ? "" : "1")], \
            collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, \
            slice_sizes = \(Tensor.list([1] + width)), indices_are_sorted = false
            """
        let type = ProgramType(type.element, [indices.shape[0]] + width)
        return writer.emit("stablehlo.gather", [self, indices], attributes, to: type)
    }

    /// A matrix of zeros of so many rows, to which each row of this one is added at its index.
    func scatter(_ indices: Tensor, rows: Int) -> Tensor {
        let zeros = writer.constant(Float(0), [rows, shape[1]])
        let attributes = """
            scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], \
            scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, indices_are_sorted = false, \
            unique_indices = false
            """
        return writer.emit(
            "stablehlo.scatter",
            [zeros, indices, self],
            attributes,
            region: ProgramWriter.combining("stablehlo.add", type.element),
            to: [zeros.type]
        )[0]
    }

    /// A product with float32 sums: sums over the contracted dimensions of both, per element of the batch dimensions of both.
    ///
    /// The result's dimensions are the batch's, then what remains of this tensor, then of the other.
    func dot(
        _ other: Tensor,
        contracting: [(Int, Int)],
        batch: [(Int, Int)] = [],
        to element: ProgramElement = .f32,
        highest: Bool
    ) -> Tensor {
        let (left, right) = (batch.map(\.0), batch.map(\.1))
        let (summed, across) = (contracting.map(\.0), contracting.map(\.1))
        let rest = shape.indices.filter { !left.contains($0) && !summed.contains($0) }.map { shape[$0] }
        let others = other.shape.indices.filter { !right.contains($0) && !across.contains($0) }.map { other.shape[$0] }
        let precision = "#stablehlo<precision \(highest ? "HIGHEST" : "DEFAULT")>"
        let attributes = """
            dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = \(left), \
            rhs_batching_dimensions = \(right), lhs_contracting_dimensions = \(summed), \
            rhs_contracting_dimensions = \(across)>, precision_config = [\(precision), \(precision)]
            """
        let type = ProgramType(element, left.map { shape[$0] } + rest + others)
        return writer.emit("stablehlo.dot_general", [self, other], attributes, to: type)
    }
}
