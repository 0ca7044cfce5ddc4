import PodiumCore
import PodiumStore
import PodiumTestSupport
import PodiumWeb
import Testing

@Suite(.database)
struct MetricsTests {
    @Test func figuresFollowWhatHappens() async throws {
        let site = try await Site.make()
        _ = try await site.fill()
        _ = try await site.store.submit(Site.submission(name: "second"))
        let worker = try await site.store.registerWorker(
            WorkerRegistration(host: "h", processID: 1, pool: "cpu", threads: 3, version: "t"),
            leaseSeconds: 60
        )
        let before = try await site.store.operationalFigures()
        #expect(before.leadSeconds == nil)
        _ = try await site.store.lead(as: "me", seconds: 60)
        let lease = try #require(
            try await site.store.claim(for: worker, pool: "cpu", threads: 3, limit: 1).first?.lease
        )
        let during = try await site.store.operationalFigures()
        #expect(during.claims == before.claims + 1)
        #expect(during.workers.contains { $0.isBusy && $0.device == "cpu" })
        #expect(during.runs[.running, default: 0] == before.runs[.running, default: 0] + 1)
        #expect(try await site.store.finish(lease, outcome: .cancelled))
        let after = try await site.store.operationalFigures()
        #expect(after.attempts["cancelled", default: 0] == before.attempts["cancelled", default: 0] + 1)
        #expect(after.databaseBytes > 1_000_000)
        let response = try await site.get("/metrics")
        #expect(response.status == 200)
        #expect(response.value(of: "Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
        let text = try response.text
        #expect(text.contains("\npodium_claims_total \(after.claims)\n"))
        #expect(text.contains("\npodium_scheduler_leads 1\n"))
        #expect(text.contains("\npodium_runs{state=\"cancelled\"} \(after.runs[.cancelled, default: 0])\n"))
        // Each line is a comment, or a name with labels and a number.
        for line in text.split(separator: "\n") {
            let isFigure = line.wholeMatch(of: #/[a-z_]+(\{([a-z]+="[^"\n]*",?)+\})? -?[0-9.e+-]+/#) != nil
            #expect(line.hasPrefix("# HELP podium_") || line.hasPrefix("# TYPE podium_") || isFigure, "\(line)")
        }
        await site.store.close()
    }

    @Test func labelsCannotBreakTheFormat() {
        var figures = OperationalFigures()
        figures.pilots = ["a\"b\\c\nd": 2]
        let text = MetricsPage.text(figures, version: "1")
        #expect(text.contains(#"podium_pilots{state="a\"b\\c\nd"} 2"#))
    }
}
