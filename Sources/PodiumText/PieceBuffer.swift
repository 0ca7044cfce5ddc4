/// Pieces back to back, in memory that serves text after text.
///
/// An array asks at every append whether it is shared; that call took a sixth of the time.
struct PieceBuffer: ~Copyable {
    private var start: UnsafeMutablePointer<Piece>
    private(set) var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 1024) {
        self.capacity = capacity
        start = .allocate(capacity: capacity)
    }

    deinit { start.deallocate() }

    /// The pieces, until the buffer is changed.
    var pieces: UnsafeBufferPointer<Piece> { UnsafeBufferPointer(start: start, count: count) }

    @inline(__always)
    mutating func append(_ piece: Piece) {
        if count == capacity { grow() }
        (start + count).initialize(to: piece)
        count += 1
    }

    mutating func removeAll(after count: Int = 0) {
        precondition(count <= self.count)
        self.count = count
    }

    /// Counts the offsets of the pieces after the first `count` from elsewhere.
    mutating func move(after first: Int, by offset: Int32) {
        for index in first..<count { start[index] = start[index].moved(by: offset) }
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Piece>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: start, count: count)
        start.deallocate()
        start = larger
        capacity *= 2
    }
}
