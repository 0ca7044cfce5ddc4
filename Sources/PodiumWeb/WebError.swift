package import PodiumPrimitives

/// Why the dashboard cannot be served.
package struct WebError: DescribedError, Sendable {
    package enum Code: String, Sendable {
        case cannotListen
        case template
        case invalidRequest
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var blame: Blame {
        switch code {
        case .cannotListen, .template: .world
        case .invalidRequest: .input
        }
    }
}
