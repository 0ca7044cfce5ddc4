/// Where and how the dashboard is served.
package struct WebOptions: Sendable {
    /// Requests that one client may send.
    package struct Limits: Sendable {
        var reads: RateLimiter.Limit
        var writes: RateLimiter.Limit
        var guesses: RateLimiter.Limit

        /// A browser with some pages open needs a tenth of it.
        package init(readsPerSecond: Double = 200, readBurst: Double = 2000, writesPerSecond: Double = 10) {
            reads = RateLimiter.Limit(perSecond: readsPerSecond, burst: readBurst)
            writes = RateLimiter.Limit(perSecond: writesPerSecond, burst: 10 * writesPerSecond)
            guesses = RateLimiter.Limit(perSecond: 0.2, burst: 10)
        }
    }

    /// An IPv4 address of this machine.
    package var address: String
    /// Tried one after the other until one is free.
    package var ports: [Int]
    package var limits: Limits
    /// What the program says of itself.
    package var version: String
    /// Where pulled data and the sample lie, so that the report shows texts of examples, and the files that workers of other
    /// machines bring and fetch; nil shows no texts and takes no files.
    package var dataDirectory: String?

    /// - Parameter ports: 8265 or the next free one if left out.
    package init(
        address: String = "127.0.0.1",
        ports: [Int] = WebOptions.usualPorts,
        limits: Limits = Limits(),
        version: String,
        dataDirectory: String? = nil
    ) {
        self.address = address
        self.ports = ports
        self.limits = limits
        self.version = version
        self.dataDirectory = dataDirectory
    }

    package static let usualPorts = Array(8265..<8365)

    /// Whether only this machine can reach it.
    package var isLoopback: Bool { address.hasPrefix("127.") }
}
