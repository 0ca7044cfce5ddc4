internal import CKernels
import PodiumGraph

/// The gradient of a table of which a batch reads few rows: only those rows, in ascending order.
struct SparseRows {
    /// [at most tokens, width]; zeros after the last row.
    let rows: TensorView
    /// The row's number in the table; `none` after the last row.
    let numbers: UnsafeMutablePointer<Int32>

    /// Marks the end; greater than every row number.
    static let none = Int32.max

    /// Divides a range of the table's elements into parts of single rows that have a gradient and stretches of rows
    /// that have none.
    ///
    /// - Parameter body: gets each part's elements and gradient; `nil` if the gradient is 0.
    func forEachStretch(of range: Range<Int>, _ body: (Range<Int>, UnsafePointer<Float>?) -> Void) {
        let width = rows.columns
        var next = first(notBelow: range.lowerBound / width)
        var position = range.lowerBound
        while position < range.upperBound {
            let start = next < rows.rows && numbers[next] != SparseRows.none ? Int(numbers[next]) * width : .max
            if position < start {
                let end = min(start, range.upperBound)
                body(position..<end, nil)
                position = end
            } else {
                let end = min(start + width, range.upperBound)
                body(position..<end, rows.floats + next * width + (position - start))
                position = end
                next += 1
            }
        }
    }

    /// Index of the first row whose number is at least `number`.
    private func first(notBelow number: Int) -> Int {
        var (low, high) = (0, rows.rows)
        while low < high {
            let middle = (low + high) / 2
            if Int(numbers[middle]) < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: In the schedule

    /// Smaller tables keep dense gradients, which are hardly larger than the batch.
    private static let leastRows = 1024

    /// Makes gradients of large tables sparse where only the norm and the optimizer read them.
    ///
    /// - Parameters:
    ///   - kept: values that are read after the step.
    ///   - capacity: rows that a sparse gradient has room for, if not as many as the tokens that it is made from.
    /// - Returns: the nodes, and the sparse tensor that stands for each dense gradient.
    static func prepare(
        _ nodes: [Node],
        of graph: inout Graph,
        kept: Set<Value>,
        capacity: Dimension? = nil
    ) -> (nodes: [Node], compact: [Value: (rows: Value, numbers: Value)]) {
        var compact: [Value: (rows: Value, numbers: Value)] = [:]
        let prepared = nodes.map { node in
            switch node.operation {
            case let gradient as EmbedGradient:
                let tables = gradient.tables.indices.filter { table in
                    gradient.tables[table][0].fixed >= leastRows && !kept.contains(node.outputs[table])
                        && nodes.allSatisfy { acceptsSparseGradient($0, node.outputs[table]) }
                }
                guard !tables.isEmpty else { return node }
                let operation = SparseEmbedGradient(dense: gradient, sparse: tables, capacity: capacity)
                let made = graph.apply(operation, to: node.inputs)
                var outputs = node.outputs
                for (index, table) in tables.enumerated() {
                    let numbers = made.outputs[gradient.outputNames.count + index]
                    compact[outputs[table]] = (made.outputs[table], numbers)
                    outputs[table] = made.outputs[table]
                }
                return Node(
                    operation: made.operation,
                    inputs: node.inputs,
                    outputs: outputs + made.outputs[gradient.outputNames.count...]
                )
            case is GlobalNorm:
                return Node(
                    operation: node.operation,
                    inputs: node.inputs.map { compact[$0]?.rows ?? $0 },
                    outputs: node.outputs
                )
            case let optimizer as AdamW:
                var inputs = node.inputs
                var rowNumbers: [Int: Int] = [:]
                for parameter in optimizer.decays.indices {
                    let index = optimizer.firstParameter + 4 * parameter + 3
                    guard let sparse = compact[inputs[index]] else { continue }
                    inputs[index] = sparse.rows
                    rowNumbers[parameter] = inputs.count
                    inputs.append(sparse.numbers)
                }
                guard !rowNumbers.isEmpty else { return node }
                let sparse = SparseAdamW(dense: optimizer, rowNumbers: rowNumbers)
                return Node(operation: sparse, inputs: inputs, outputs: node.outputs)
            default: return node
            }
        }
        return (prepared, compact)
    }

    /// Whether a node does not read a gradient, or reads it as an input that may be sparse.
    private static func acceptsSparseGradient(_ node: Node, _ gradient: Value) -> Bool {
        switch node.operation {
        case is GlobalNorm: true
        case let optimizer as AdamW:
            node.inputs.indices.allSatisfy { index in
                let place = index - optimizer.firstParameter
                return node.inputs[index] != gradient || (place >= 0 && place % 4 == 3)
            }
        default: !node.inputs.contains(gradient)
        }
    }
}

extension KernelStep {
    /// Sums rows that have the same index.
    ///
    /// `result` gets the sums and `numbers` the indices, in ascending order, followed by zeros and `SparseRows.none`.
    ///
    /// Rows of one index are added in order, so the sums have the bits of a scatter's.
    func gatherSums(
        of rows: TensorView,
        at indices: UnsafePointer<Int32>,
        into result: TensorView,
        numbers: UnsafeMutablePointer<Int32>
    ) {
        let (width, kernels) = (rows.columns, kernels)
        // Index and row in one number, so that the order is unique.
        let order = (0..<rows.rows).map { UInt64(indices[$0]) << 32 | UInt64($0) }.sorted()
        var starts: [Int] = []
        for (place, key) in order.enumerated() where place == 0 || order[place - 1] >> 32 != key >> 32 {
            numbers[starts.count] = Int32(key >> 32)
            starts.append(place)
        }
        for rest in starts.count..<result.rows { numbers[rest] = SparseRows.none }
        let groups = starts
        pool.run(ranges: result.rows, of: rowBlock) { range, _, _ in
            for group in range {
                let target = result.floats + group * width
                guard group < groups.count else {
                    target.update(repeating: 0, count: width)
                    continue
                }
                let end = group + 1 < groups.count ? groups[group + 1] : order.count
                for place in groups[group]..<end {
                    let source = rows.floats + Int(order[place] & 0xFFFF_FFFF) * width
                    if place == groups[group] {
                        target.update(from: source, count: width)
                    } else {
                        kernels.add(target, target, source, width)
                    }
                }
            }
        }
    }
}

/// `EmbedGradient` with sparse gradients of some tables: the gradient's rows are [capacity, width], and the row numbers,
/// int32 [capacity], are further outputs.
struct SparseEmbedGradient: CPUOperation {
    let dense: EmbedGradient
    /// The tables, ascending.
    let sparse: [Int]
    /// Rows that there is room for; nil for the tokens.
    var capacity: Dimension?
    var mnemonic: String { dense.mnemonic }
    var outputNames: [String] { dense.outputNames + sparse.map { "\(dense.outputNames[$0])Rows" } }
    var optionalOutputs: Range<Int> { dense.optionalOutputs }

    func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        var types = dense.outputTypes(inputs)
        let rows = capacity ?? inputs[0].shape[0]
        for table in sparse { types[table] = TensorType(.float32, [rows, inputs[0].shape[1]]) }
        return types + sparse.map { _ in TensorType(.int32, [rows]) }
    }

    func evaluate(_ inputs: [Reference]) -> [Reference] {
        var outputs = dense.evaluate(inputs)
        var numbers: [Reference] = []
        for table in sparse {
            let present = Set((0..<inputs[0].rows).map { Int(inputs[4 + table].values[$0]) }).sorted()
            var rows = Reference(zeros: [inputs[0].rows, inputs[0].columns])
            var number = Reference(zeros: [inputs[0].rows])
            for index in number.values.indices { number.values[index] = Double(SparseRows.none) }
            for (index, row) in present.enumerated() {
                number.values[index] = Double(row)
                for column in 0..<rows.columns { rows[index, column] = outputs[table][row, column] }
            }
            outputs[table] = rows
            numbers.append(number)
        }
        return outputs + numbers
    }

    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) {
        dense.scratch(inputs, outputs)
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) { dense.run(step, sparse: sparse) }
}

/// `AdamW` with sparse gradients of some parameters, whose row numbers are further inputs.
///
/// Rows without a gradient are updated with a gradient of zeros: no update is skipped or deferred.
struct SparseAdamW: CPUOperation {
    let dense: AdamW
    /// By parameter, the input that holds its row numbers.
    let rowNumbers: [Int: Int]
    var mnemonic: String { dense.mnemonic }
    var outputNames: [String] { dense.outputNames }
    var inPlace: [(output: Int, input: Int)] { dense.inPlace }

    func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        dense.decays.indices.flatMap { Array(repeating: inputs[dense.firstParameter + 4 * $0], count: 3) }
    }

    func evaluate(_ inputs: [Reference]) -> [Reference] {
        var filled = inputs
        for (parameter, numbers) in rowNumbers {
            let (table, index) = (dense.firstParameter + 4 * parameter, dense.firstParameter + 4 * parameter + 3)
            filled[index] = Reference(zeros: inputs[table].shape)
            for row in 0..<inputs[index].rows where inputs[numbers].values[row] != Double(SparseRows.none) {
                let target = Int(inputs[numbers].values[row])
                for column in 0..<inputs[index].columns { filled[index][target, column] = inputs[index][row, column] }
            }
        }
        return dense.evaluate(filled)
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) { dense.run(step, rowNumbers: rowNumbers) }
}
