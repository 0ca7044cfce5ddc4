/// Sequences laid into rows of one width, none across a row's end: longest first, each into the first row that has room.
struct RowPacking {
    /// Per sequence: its row, and the column of its first token.
    private(set) var places: [(row: Int, column: Int)]
    private(set) var rows = 0

    /// - Parameter alignment: sequences begin at columns that are multiples of it.
    init(lengths: [Int], width: Int, alignment: Int) {
        places = Array(repeating: (0, 0), count: lengths.count)
        var used: [Int] = []
        // Rows before this have no room even for the shortest.
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
