/// Lists in messages.
package enum ShortList {
    /// At most `limit` items, then how many more there are.
    package static func text(_ items: some Collection<some StringProtocol>, limit: Int = 5) -> String {
        let shown = items.prefix(limit).joined(separator: ", ")
        return items.count > limit ? "\(shown) and \(NumberText.grouped(items.count - limit)) more" : shown
    }
}
