import Foundation
import PodiumCore
import PodiumStore
import PodiumTestSupport
import PodiumWeb
import Testing

/// What pages keep from one request to the next is true in the next.
@Suite(.database)
struct SummaryTests {
    private struct Suite: Decodable {
        var id: Int64
        var runs: [String: Int]
    }

    private struct Items<Item: Decodable>: Decodable {
        var items: [Item]
    }

    private func counts(_ site: Site) async throws -> [Int64: [String: Int]] {
        let text = try await site.get("/api/v1/suites").text
        let items = try JSONDecoder().decode(Items<Suite>.self, from: Data(text.utf8)).items
        return Dictionary(uniqueKeysWithValues: items.map { ($0.id, $0.runs) })
    }

    @Test func countsFollowEveryChangeOfASuite() async throws {
        let site = try await Site.make()
        let first = try await site.store.submit(Site.submission(name: "a", seeds: 3))
        let second = try await site.store.submit(Site.submission(name: "b", seeds: 2))
        let (a, b) = (first.suite.rawValue, second.suite.rawValue)
        #expect(try await counts(site) == [a: ["ready": 3, "blocked": 1], b: ["ready": 2, "blocked": 1]])
        // Twice: the second is what was kept.
        #expect(try await counts(site)[a] == ["ready": 3, "blocked": 1])
        let runs = try (1...3).map { try #require(first.runs["tiny/glue/MRPC/seed-\($0)"]) }
        _ = try await site.store.cancel([runs[0], runs[1]])
        #expect(try await counts(site)[a] == ["ready": 1, "cancelled": 2, "blocked": 1])
        _ = try await site.store.hold([runs[2]])
        #expect(try await counts(site)[a]?["held"] == 1)
        #expect(try await counts(site)[b] == ["ready": 2, "blocked": 1])
        await site.store.close()
    }

    @Test func tagsAndNotesOfAKeptSummaryAreNew() async throws {
        let site = try await Site.make()
        let suite = try await site.store.submit(Site.submission(name: "a")).suite
        let before = try await site.store.versions(of: [suite])
        #expect(try await site.store.versions(of: [suite]) == before)
        _ = try await site.store.annotate(suite, SuiteAnnotation(addedTags: ["paper"]))
        #expect(try await site.store.versions(of: [suite]) != before)
        #expect(try await site.store.versions(of: [SuiteID(rawValue: 99)]).isEmpty)
        await site.store.close()
    }

    @Test func pagesByScoreHaveEveryRunOnce() async throws {
        let site = try await Site.make()
        _ = try await site.fill()
        struct Run: Decodable { var id: Int64 }
        func page(_ number: Int, _ limit: Int) async throws -> [Int64] {
            let text = try await site.get("/api/v1/runs?sort=score&limit=\(limit)&page=\(number)").text
            return try JSONDecoder().decode(Items<Run>.self, from: Data(text.utf8)).items.map(\.id)
        }
        let all = try await page(1, 10)
        // The one with a score, then the newest first.
        #expect(all.count == 3 && Array(all.dropFirst()) == all.dropFirst().sorted(by: >))
        let scored = try await site.store.history(HistoryFilter(minimumScore: 0), order: .newest, offset: 0, limit: 9)
        #expect(scored.map(\.id.rawValue) == [all[0]])
        for limit in 1...3 {
            var found: [Int64] = []
            for number in 1...4 { found += try await page(number, limit) }
            #expect(found == all, "\(limit)")
        }
        await site.store.close()
    }
}
