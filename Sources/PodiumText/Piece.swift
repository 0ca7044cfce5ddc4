/// A piece of a text: its id and the bytes it came from.
package struct Piece: Hashable, Sendable {
    package var id: Int32
    /// UTF-8 offsets into the text, from the first scalar's start to the last one's end.
    ///
    /// The pieces of an unknown word, and those of a scalar that became several, share its range.
    package var start: Int32
    package var end: Int32

    package init(id: Int32, start: Int32, end: Int32) {
        self.id = id
        self.start = start
        self.end = end
    }

    /// The same piece, its offsets counted from elsewhere.
    func moved(by offset: Int32) -> Piece {
        Piece(id: id, start: start &+ offset, end: end &+ offset)
    }
}
