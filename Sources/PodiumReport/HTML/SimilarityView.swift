import PodiumCore
import PodiumPrimitives

/// How like each other one word's vectors are in several texts: a heat map for every system, and the same numbers as a table.
struct SimilarityView {
    struct Cell {
        var x: String
        var y: String
        var size: String
        var textX: String
        var textY: String
        /// 0 to 1, of the accent.
        var opacity: String
        /// What the number is written in: `light` on dark cells, `dark` on others.
        var ink: String
        var first: String
        var second: String
        var value: String
    }

    struct Map {
        var id: String
        var name: String
        var title: String
        var description: String
        var width: String
        var height: String
        var columns: [LineChart.Tick]
        var rows: [LineChart.Tick]
        var cells: [Cell]
    }

    struct Line {
        var name: String
        var values: [String]
    }

    let word: String
    /// In the order of the maps' rows; the numbers are their names.
    let texts: [String]
    let maps: [Map]
    let pairs: [String]
    let lines: [Line]

    // A cell's side and the space for numbers, in the drawing's units.
    private static let side = 44.0
    private static let margin = 18.0

    /// - Returns: nil where no run compared a word.
    init?(_ report: Report) {
        let measured = report.runs.compactMap { run in run.wordSimilarity.map { (run, $0) } }
        // One word in the same texts: a report shows the first comparison, and suites have one.
        guard let first = measured.first?.1, !first.texts.isEmpty else { return nil }
        let same = measured.filter { $0.1.word == first.word && $0.1.texts == first.texts }
        let names = Dictionary(report.systems.map { ($0.id, $0.name) }) { first, _ in first }
        let count = first.texts.count
        let upper = (0..<count).flatMap { row in (row + 1..<max(row + 1, count)).map { (row, $0) } }
        word = first.word
        texts = first.texts
        pairs = upper.map { "\($0.0 + 1)–\($0.1 + 1)" }
        lines = same.map { run, similarity in
            Line(
                name: names[run.system] ?? run.system,
                values: upper.map { NumberText.fixed(similarity.cosines[$0.0][$0.1], digits: 3) }
            )
        }
        maps = same.enumerated().map { number, entry in
            let (run, similarity) = entry
            return Self.map(similarity, name: names[run.system] ?? run.system, id: "similarity-\(number + 1)", upper)
        }
    }

    private static func map(_ similarity: WordSimilarity, name: String, id: String, _ upper: [(Int, Int)]) -> Map {
        let count = similarity.texts.count
        func start(_ index: Int) -> Double { margin + Double(index) * side }
        func tick(_ index: Int) -> LineChart.Tick {
            LineChart.Tick(at: coordinate(start(index) + side / 2), label: "\(index + 1)", anchor: "middle")
        }
        let spoken = upper.map { row, column in
            "\(row + 1) and \(column + 1): \(NumberText.fixed(similarity.cosines[row][column], digits: 2))"
        }
        return Map(
            id: id,
            name: name,
            title: "Vectors of “\(similarity.word)” of \(name), cosines between texts",
            description: spoken.joined(separator: "; ") + ".",
            width: coordinate(margin + Double(count) * side),
            height: coordinate(margin + Double(count) * side),
            columns: (0..<count).map(tick),
            rows: (0..<count).map(tick),
            cells: (0..<count).flatMap { row in
                (0..<count).map { column in
                    let value = similarity.cosines[row][column]
                    let strength = 0.06 + 0.94 * max(0, value)
                    return Cell(
                        x: coordinate(start(column)),
                        y: coordinate(start(row)),
                        size: coordinate(side - 1),
                        textX: coordinate(start(column) + side / 2 - 0.5),
                        textY: coordinate(start(row) + side / 2 - 0.5),
                        opacity: NumberText.fixed(strength, digits: 2),
                        ink: strength > 0.55 ? "light" : "dark",
                        first: "\(row + 1)",
                        second: "\(column + 1)",
                        value: NumberText.fixed(value, digits: 2)
                    )
                }
            }
        )
    }
}
