import PodiumCore
import PodiumStore
import PodiumTestSupport
import PodiumWeb
import Testing

/// Who may do what, and what is refused.
@Suite(.database)
struct AccessTests {
    /// A path that fits a route's pattern.
    private static func target(_ pattern: String, _ suite: SubmittedSuite) -> String {
        let run = suite.runs.values.map(\.rawValue).min() ?? 1
        return pattern.replacing("{suite}", with: "\(suite.suite)").replacing("{run}", with: "\(run)")
            .replacing("{name}", with: "loss").replacing("{sha256}", with: String(repeating: "0", count: 64))
    }

    @Test func everyRouteIsRefusedBelowItsRoleAndAnswersFromItOn() async throws {
        let site = try await Site.make()
        let suite = try await site.fill()
        var tokens: [AccessRole: String] = [:]
        for role in AccessRole.allCases { tokens[role] = try await site.token(role) }
        #expect(site.app.allRoutes.count > 30)
        // A report of two runs has no tables that are too long for its page.
        let absent = ["runs.html", "comparisons.html", "examples.html"].map { "/suites/{suite}/\($0)" }
        for route in site.app.allRoutes where !route.pattern.hasSuffix("/events") {
            let target = Self.target(route.pattern, suite)
            let anonymous = try await site.send(route.method, target)
            if let role = route.role {
                #expect([303, 401].contains(anonymous.status), "\(route) without a token: \(anonymous.status)")
                if anonymous.status == 303 { #expect(anonymous.value(of: "Location")?.hasPrefix("/sign-in") == true) }
                for (other, token) in tokens {
                    let response = try await site.send(route.method, target, token: token)
                    if other < role {
                        #expect(response.status == 403, "\(route) as \(other): \(response.status)")
                    } else if role == .worker {
                        // It is let through to be told that it names no attempt, or a file that is not there.
                        #expect([200, 400, 404].contains(response.status), "\(route) as \(other): \(response.status)")
                    } else if route.method == "GET" {
                        let expected = absent.contains(route.pattern) ? 404 : 200
                        #expect(response.status == expected, "\(route) as \(other): \(response.status)")
                    } else {
                        // It is let through to be told what its body lacks.
                        #expect([403, 415, 422].contains(response.status), "\(route) as \(other): \(response.status)")
                    }
                }
            } else if route.method == "GET" {
                #expect(anonymous.status == 200, "\(route): \(anonymous.status)")
            }
        }
        await site.store.close()
    }

    @Test func withoutTokensEverybodyLooksAndNobodyChanges() async throws {
        let site = try await Site.make()
        let suite = try await site.fill()
        #expect(try await site.get("/").status == 200)
        #expect(try await site.get("/api/v1/suites/\(suite.suite)").status == 200)
        let cancel = try await site.send(
            "POST",
            "/api/v1/cancel",
            headers: ["content-type": "application/json"],
            body: "{\"suite\": \(suite.suite)}"
        )
        #expect(cancel.status == 401)
        #expect(try cancel.text.contains("podium token create"))
        #expect(try await site.get("/api/v1/actions").status == 401)
        #expect(try await site.store.runCounts(suite: suite.suite)[.cancelled] == nil)
        await site.store.close()
    }

    /// A page is led to the door; its stream and its parts cannot show a door and are refused as such.
    @Test func onlyPagesAreLedToTheDoor() async throws {
        let site = try await Site.make()
        _ = try await site.token(.reader)
        #expect(try await site.get("/queue").status == 303)
        #expect(try await site.get("/queue", headers: ["podium-fragment": "1"]).status == 401)
        #expect(try await site.get("/events").status == 401)
        await site.store.close()
    }

    @Test func aRevokedTokenIsRefusedSoon() async throws {
        let site = try await Site.make()
        let token = try await site.token(.reader)
        _ = try await site.token(.admin)
        #expect(try await site.get("/api/v1/queue", token: token).status == 200)
        let name = try #require(try await site.store.tokens().first { $0.role == .reader }?.name)
        #expect(try await site.store.revokeToken(name: name))
        var status = 200
        for _ in 0..<100 where status == 200 {
            try await Task.sleep(for: .milliseconds(20))
            status = try await site.get("/api/v1/queue", token: token).status
        }
        #expect(status == 401)
        #expect(try await site.get("/api/v1/queue", token: "podium_wrong").status == 401)
        await site.store.close()
    }

    @Test func aNameIsGivenToOneTokenInForce() async throws {
        let site = try await Site.make()
        func add(_ text: String) async throws -> AccessToken? {
            try await site.store.addToken(name: "a", role: .reader, sha256: TokenText.sha256(text))
        }
        #expect(try await add("one") != nil)
        #expect(try await add("two") == nil)
        #expect(try await site.store.revokeToken(name: "a"))
        #expect(try await add("two") != nil)
        #expect(try await site.store.tokens().map { $0.revokedAt == nil } == [false, true])
        await site.store.close()
    }

    @Test func forgedFormsAreRefused() async throws {
        let site = try await Site.make()
        let suite = try await site.fill()
        let token = try await site.token(.operator)
        let fields = [("action", "cancel-all"), ("suite", "\(suite.suite)")]
        // Another site's page: the cookie may come along, the code cannot.
        for (cookie, code) in [
            ("podium_token=\(token)", ""), ("podium_token=\(token); podium_visitor=1", ""),
            ("podium_token=\(token); podium_visitor=1", String(repeating: "0", count: 64)),
        ] {
            let response = try await site.send(
                "POST",
                "/actions",
                headers: ["cookie": cookie, "content-type": "application/x-www-form-urlencoded"],
                body: PercentEncoding.query((fields + [("form", code)]).map { ($0.0, Optional($0.1)) })
            )
            #expect(response.status == 403)
        }
        let foreign = try await site.form("/actions", fields, token: token, headers: ["origin": "http://evil.example"])
        #expect(foreign.status == 403)
        let across = try await site.form("/actions", fields, token: token, headers: ["sec-fetch-site": "cross-site"])
        #expect(across.status == 403)
        let cookie = try await site.send(
            "POST",
            "/api/v1/cancel",
            headers: ["cookie": "podium_token=\(token)", "content-type": "application/json"],
            body: "{\"suite\": \(suite.suite)}"
        )
        #expect(cookie.status == 403)
        #expect(try await site.store.runCounts(suite: suite.suite)[.cancelled] == nil)
        #expect(try await site.store.actions(before: nil, limit: 10).isEmpty)
        // The same form from our own page does it, and is written down.
        let own = try await site.form("/actions", fields, token: token)
        #expect(own.status == 303)
        #expect(try await site.store.runCounts(suite: suite.suite)[.cancelled] ?? 0 > 0)
        let log = try await site.store.actions(before: nil, limit: 10)
        #expect(log.map(\.action) == ["cancel"] && log[0].actor.hasPrefix("operator") && log[0].outcome != nil)
        await site.store.close()
    }

    @Test func anotherNameOfThisMachineIsNotAnswered() async throws {
        let site = try await Site.make()
        for host in ["evil.example", "evil.example:8265", "127.0.0.1.evil.example", ""] {
            #expect(try await site.get("/", headers: ["host": host]).status == 421, "\(host)")
        }
        for host in ["localhost:8265", "127.0.0.1", "[::1]:8265"] {
            #expect(try await site.get("/", headers: ["host": host]).status == 200, "\(host)")
        }
        await site.store.close()
    }

    @Test func whoAsksTooOftenIsToldToWait() async throws {
        let limits = WebOptions.Limits(readsPerSecond: 0.01, readBurst: 3, writesPerSecond: 1)
        let site = try await Site.make(limits: limits)
        for _ in 0..<3 { #expect(try await site.get("/workers").status == 200) }
        let refused = try await site.get("/workers")
        #expect(refused.status == 429)
        #expect(Int(refused.value(of: "Retry-After") ?? "") ?? 0 > 0)
        await site.store.close()
    }
}
