extension Vocabulary {
    /// Appends pieces as a line of text, a space between two of them.
    ///
    /// - Parameter asIDs: whether to write their numbers instead of themselves.
    package func appendLine(of pieces: [Piece], asIDs: Bool, to output: inout [UInt8]) {
        for (place, piece) in pieces.enumerated() {
            if place > 0 { output.append(UInt8(ascii: " ")) }
            if asIDs { output += "\(piece.id)".utf8 } else { output += self.pieces[Int(piece.id)] }
        }
        output.append(UInt8(ascii: "\n"))
    }
}
