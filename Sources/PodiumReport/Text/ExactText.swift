/// A text equal only to the same UTF-8 bytes; `String` also takes canonically equivalent spellings for equal.
struct ExactText: Hashable {
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }
}
