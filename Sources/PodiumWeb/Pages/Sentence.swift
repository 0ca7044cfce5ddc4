extension StringProtocol {
    /// With a capital letter and a full stop, as pages show messages that command lines show without.
    var sentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
