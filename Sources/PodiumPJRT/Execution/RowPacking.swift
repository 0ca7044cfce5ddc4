/// First-fit-decreasing packing of sequences into rows of one width; no sequence crosses the end of a row.
struct RowPacking {
    /// Per sequence: its row, and the column of its first token.
    private(set) var places: [(row: Int, column: Int)]
    private(set) var rows = 0

    /// - Parameter alignment: sequences begin at columns that are multiples of it.
    init(lengths: [Int], width: Int, alignment: Int) {
        places = Array(repeating: (0, 0), count: lengths.count)
        var used: [Int] = []
        // Earlier rows have no room even for the shortest sequence.
        var firstOpen = 0
        let shortest = lengths.min() ?? 1
        for index in lengths.indices.sorted(by: { (lengths[$1], $0) < (lengths[$0], $1) }) {
            while firstOpen < used.count, width - used[firstOpen] < shortest { firstOpen += 1 }
            let row = (firstOpen..<used.count).first { width - used[$0] >= lengths[index] } ?? used.count
            if row == used.count { used.append(0) }
            places[index] = (row, used[row])
            used[row] = min(width, (used[row] + lengths[index] + alignment - 1) / alignment * alignment)
        }
        rows = used.count
    }
}
