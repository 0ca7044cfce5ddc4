/// A store's error that says whether waiting can help.
package protocol StoreFault: Error {
    /// Whether the same call fails until somebody repairs the store, or the rights of whoever asks.
    var isPermanent: Bool { get }
}

extension Error {
    /// False for errors that say nothing about it.
    package var isPermanentFault: Bool {
        (self as? any StoreFault)?.isPermanent ?? false
    }
}
