import PodiumCore
import PodiumStore
import PodiumTestSupport
import PodiumWeb
import Testing

/// Pages that follow the change feed.
@Suite(.database)
struct LiveTests {
    /// Reads a stream as a browser does: remembers the last id, and what came with it.
    private struct Reader {
        var lastID: String?
        var changes: [(id: String, data: String)] = []
        private var rest = ""

        mutating func read(_ bytes: [UInt8]) {
            rest += String(decoding: bytes, as: UTF8.self)
            while let end = rest.firstRange(of: "\n\n") {
                var id: String?
                var event = "message"
                var data = ""
                for line in rest[..<end.lowerBound].split(separator: "\n") {
                    if line.hasPrefix("id: ") { id = String(line.dropFirst(4)) }
                    if line.hasPrefix("event: ") { event = String(line.dropFirst(7)) }
                    if line.hasPrefix("data: ") { data += line.dropFirst(6) }
                }
                rest = String(rest[end.upperBound...])
                if let id { lastID = id }
                if event == "change", let id { changes.append((id, data)) }
            }
        }

        /// A cut connection loses what had not come to its end.
        mutating func cut() { rest = "" }
    }

    private static func stream(_ response: WebResponse) throws -> AsyncStream<[UInt8]> {
        guard case .stream(let stream) = response.body else { throw BadFile() }
        return stream
    }

    @Test func noEventIsMissedWhenConnectionsAreCut() async throws {
        let site = try await Site.make()
        let following = Task { await site.app.follow(interval: .milliseconds(20)) }
        let submitted = 40
        let readers = 12
        let start = "\(try await site.store.lastChange())"
        let all = try await withThrowingTaskGroup(of: [String].self) { group in
            for number in 0..<readers {
                group.addTask {
                    var generator = SplitMix(state: UInt64(number) + 1)
                    var reader = Reader()
                    reader.lastID = start
                    // Three runs a suite: submitted once, then cancelled.
                    while reader.changes.count < submitted * 6 {
                        let id = try #require(reader.lastID)
                        let response = try await site.get("/events", headers: ["last-event-id": id])
                        #expect(response.status == 200 && response.value(of: "Content-Type") == "text/event-stream")
                        var left = generator.next() % 4
                        for await piece in try Self.stream(response) {
                            // Somewhere in the middle of a piece the line goes dead.
                            if left == 0 {
                                reader.read(Array(piece.prefix(Int(generator.next() % UInt64(piece.count + 1)))))
                                break
                            }
                            left -= 1
                            reader.read(piece)
                            if reader.changes.count >= submitted * 6 { break }
                        }
                        reader.cut()
                    }
                    return reader.changes.map(\.id)
                }
            }
            for number in 0..<submitted {
                let suite = try await site.store.submit(Site.submission(name: "suite \(number)"))
                _ = try await site.store.cancel(Array(suite.runs.values))
            }
            return try await group.reduce(into: [[String]]()) { $0.append($1) }
        }
        var expected: [String] = []
        var place = try #require(ChangeID(start))
        while true {
            let changes = try await site.store.changes(after: place, suite: nil, limit: 1000)
            guard let last = changes.last else { break }
            expected += changes.map { "\($0.id)" }
            place = last.id
        }
        #expect(expected.count == submitted * 6)
        for ids in all { #expect(ids == expected) }
        following.cancel()
        await following.value
        await site.store.close()
    }

    /// A page of a run hears that its suite was put away, labelled or deleted, and nothing of other suites.
    @Test func aRunsPageHearsWhatHappensToItsSuite() async throws {
        let site = try await Site.make()
        let following = Task { await site.app.follow(interval: .milliseconds(20)) }
        let mine = try await site.store.submit(Site.submission(name: "mine"))
        let other = try await site.store.submit(Site.submission(name: "other"))
        let run = try #require(mine.runs["tiny/glue/MRPC/seed-1"])
        for suite in [mine, other] {
            _ = try await site.store.cancel(Array(suite.runs.values))
            _ = try await site.store.annotate(suite.suite, SuiteAnnotation(archived: true))
            #expect(try await site.store.delete(Array(suite.runs.values), isRehearsal: false).suites == [suite.suite])
        }
        let response = try await site.get("/events?suite=\(mine.suite)&run=\(run)&after=0.0")
        var reader = Reader()
        for await piece in try Self.stream(response) {
            reader.read(piece)
            if reader.changes.contains(where: { $0.data.contains("deleted") }) { break }
        }
        #expect(reader.changes.allSatisfy { $0.data.contains("\"suite\":\(mine.suite)") })
        // Of its runs' own entries the hub may have kept some that the store has no more.
        let told = reader.changes.filter { !$0.data.contains("\"run\":") }.map(\.data)
        #expect(told.count == 2 && told[0].contains("annotated") && told[1].contains("deleted"))
        #expect(try await site.get("/runs/\(run)", headers: ["podium-fragment": "1"]).status == 404)
        following.cancel()
        await following.value
        await site.store.close()
    }

    @Test func aPageHearsOfItsOwnSuiteOnly() async throws {
        let site = try await Site.make()
        let following = Task { await site.app.follow(interval: .milliseconds(20)) }
        let mine = try await site.store.submit(Site.submission(name: "mine"))
        _ = try await site.store.submit(Site.submission(name: "other"))
        let response = try await site.get("/events?suite=\(mine.suite)&after=0.0")
        var reader = Reader()
        for await piece in try Self.stream(response) {
            reader.read(piece)
            if reader.changes.count >= 3 { break }
        }
        #expect(reader.changes.allSatisfy { $0.data.contains("\"suite\":\(mine.suite)") })
        #expect(reader.changes.count == 3)
        following.cancel()
        await following.value
        await site.store.close()
    }

    @Test func thePageSaysFromWhereToReadOn() async throws {
        let site = try await Site.make()
        let following = Task { await site.app.follow(interval: .milliseconds(20)) }
        _ = try await site.fill()
        let page = try await site.get("/queue").text
        let address = String(try #require(page.firstMatch(of: #/data-events="([^"]+)"/#)?.1))
        #expect(address.hasPrefix("/events?after="))
        #expect(try await site.get(address.replacing("&amp;", with: "&")).status == 200)
        following.cancel()
        await following.value
        await site.store.close()
    }

    @Test(arguments: ["x", "1", "1.x", "-"])
    func aPlaceThatIsNoneIsRefused(place: String) async throws {
        let site = try await Site.make()
        #expect(try await site.get("/events?after=\(place)").status == 400)
        await site.store.close()
    }
}

/// Cuts connections at places that are the same in every run of the test.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
