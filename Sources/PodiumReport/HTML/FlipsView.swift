import PodiumCore
import PodiumPrimitives

/// Examples on which neighbours of a leaderboard differ, whatever the seed.
struct FlipsView {
    struct Example {
        var id: String
        var text: String?
        var passage: String?
        var gold: String
        var first: String
        var second: String
        var firstIsRight: Bool
        var secondIsRight: Bool
    }

    let task: String
    let first: String
    let second: String
    let line: String
    let examples: [Example]

    init(_ flips: Report.Flips, report: Report) {
        func name(_ id: String) -> String { report.systems.first { $0.id == id }?.name ?? id }
        func count(_ number: Int) -> String { NumberText.count(number, "example") }
        task = flips.task.displayName
        first = name(flips.first)
        second = name(flips.second)
        let runs = "\(NumberText.count(flips.firstRuns, "run")) against \(NumberText.count(flips.secondRuns, "run"))"
        line =
            "\(count(flips.onlyFirst)) that only the first has right, \(count(flips.onlySecond)) that only the second "
            + "has right, in every run (\(runs))"
        examples = flips.examples.map {
            Example(
                id: $0.id,
                text: $0.text,
                passage: $0.passage,
                gold: $0.gold.isEmpty ? "no answer" : $0.gold,
                first: $0.first.isEmpty ? "no answer" : $0.first,
                second: $0.second.isEmpty ? "no answer" : $0.second,
                firstIsRight: $0.firstIsRight,
                secondIsRight: !$0.firstIsRight
            )
        }
    }
}
