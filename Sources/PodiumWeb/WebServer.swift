package import PodiumReport
package import PodiumStore

/// A running dashboard.
package final class WebServer: Sendable {
    private let service: HTTPService
    private let following: Task<Void, Never>
    private let app: WebApp
    private let address: String

    /// Where it is, for people.
    package var url: String { "http://\(address):\(service.port)/" }
    package var port: Int { service.port }

    /// Listens and follows the change feed.
    ///
    /// Beyond this machine it listens only once there is a token: until then everybody may look.
    package static func start(
        store: PostgresStore,
        jobFiles: JobFiles,
        provenance: Report.Provenance,
        options: WebOptions
    ) async throws -> WebServer {
        if !options.isLoopback {
            guard try await store.hasTokens() else {
                throw WebError(
                    .invalidRequest,
                    "\(options.address) can be reached from other machines: make a token first, with "
                        + "`podium token create NAME --role ROLE`"
                )
            }
        }
        let app = try WebApp(store: store, jobFiles: jobFiles, provenance: provenance, options: options)
        let service = try await HTTPService.start(address: options.address, ports: options.ports) { request in
            await app.answer(request)
        }
        return WebServer(service: service, app: app, address: options.address)
    }

    private init(service: HTTPService, app: WebApp, address: String) {
        (self.service, self.app, self.address) = (service, app, address)
        following = Task { await app.follow() }
    }

    /// Ends open pages' streams and closes the port.
    package func stop() async {
        following.cancel()
        app.endStreams()
        await service.stop()
        await following.value
    }
}
