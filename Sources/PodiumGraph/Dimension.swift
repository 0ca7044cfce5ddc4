/// A size that is either fixed or known only when a step is run: `scale × symbol + offset`.
///
/// The shapes of the tensors fed to a run bind the symbols, so one graph serves every batch. Usual symbols are
/// `tokens` (packed tokens of a batch), `sequences`, and `masked` (predicted positions).
package struct Dimension: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// The symbol's name, or `nil` for a fixed size.
    package let symbol: String?
    package let scale: Int
    package let offset: Int

    package init(symbol: String?, scale: Int, offset: Int) {
        self.symbol = symbol
        self.scale = symbol == nil ? 0 : scale
        self.offset = offset
    }

    package init(integerLiteral value: Int) { self.init(value) }

    /// A fixed size.
    package init(_ size: Int) { self.init(symbol: nil, scale: 0, offset: size) }

    /// A size bound at run time.
    package static func symbol(_ name: String) -> Dimension { Dimension(symbol: name, scale: 1, offset: 0) }

    package static func + (left: Dimension, right: Int) -> Dimension {
        Dimension(symbol: left.symbol, scale: left.scale, offset: left.offset + right)
    }

    package static func * (left: Dimension, right: Int) -> Dimension {
        Dimension(symbol: left.symbol, scale: left.scale * right, offset: left.offset * right)
    }

    /// The fixed size; a symbolic dimension here is a mistake in building the graph.
    package var fixed: Int {
        precondition(symbol == nil, "dimension \(self) is bound only at run time, a fixed size is needed here")
        return offset
    }

    /// The size under the given bindings of symbols.
    package func size(in bindings: [String: Int]) -> Int {
        guard let symbol else { return offset }
        guard let bound = bindings[symbol] else { preconditionFailure("symbol \(symbol) is not bound") }
        return scale * bound + offset
    }

    package var description: String {
        guard let symbol else { return "\(offset)" }
        return (scale == 1 ? "" : "\(scale)×") + symbol + (offset == 0 ? "" : "+\(offset)")
    }
}
