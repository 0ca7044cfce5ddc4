/// One example of a sentence or sentence-pair task.
package struct LabelledText: Hashable, Sendable {
    /// The row's number in its file, from 0: what GLUE's submissions call `index`.
    package var id: String
    package var first: String
    package var second: String?
    /// The label as the file has it; nil in test sets.
    package var label: String?

    package init(id: String, first: String, second: String?, label: String?) {
        self.id = id
        self.first = first
        self.second = second
        self.label = label
    }
}
