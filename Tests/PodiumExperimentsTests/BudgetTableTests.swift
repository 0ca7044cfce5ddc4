import PodiumCore
import PodiumExperiments
import PodiumPrimitives
import Testing

struct BudgetTableTests {
    @Test func aTableSaysWhatWasUsedAndWhatWaits() {
        let budgets = [
            Budget(
                project: "parsing",
                hours: 100,
                from: 0,
                usedHours: 100.5,
                isSpent: true,
                running: 0,
                ready: 12
            ),
            Budget(project: "tagging", hours: 2, from: 0, usedHours: 0.25, isSpent: false, running: 1, ready: 0),
        ]
        let since = LocalTime.text(0)
        let lines = BudgetTable(budgets).rendered().split(separator: "\n").map { line in
            line.split(separator: " ").joined(separator: " ")
        }
        #expect(
            lines == [
                "PROJECT HOURS USED LEFT SINCE RUNNING READY STATE",
                "parsing 100.00 100.50 0.00 \(since) 0 12 used up: its runs wait",
                "tagging 2.00 0.25 1.75 \(since) 1 0",
            ]
        )
    }

    @Test func whatMakesNoSenseIsRefused() throws {
        for (project, hours, from) in [
            ("a b", 1.0, nil), ("", 1, nil), ("a", -1, nil), ("a", .infinity, nil), ("a", .nan, nil),
            ("a", 1, "soon"),
        ] as [(String, Double, String?)] {
            #expect(throws: ExperimentError.self) {
                try BudgetRequest(project: project, hours: hours, from: from, now: 0)
            }
        }
        let request = try BudgetRequest(project: "a", hours: 0, from: "2d", now: 1_000_000)
        #expect(request.hours == 0 && request.from == 1_000_000 - 2 * 86_400)
        #expect(try BudgetRequest(project: "a", hours: 1.5, from: nil, now: 7).from == nil)
    }
}
