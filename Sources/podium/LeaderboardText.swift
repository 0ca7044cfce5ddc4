import PodiumReport

enum LeaderboardText {
    /// A leaderboard for the terminal or a file, without a line feed at its end.
    static func render(_ report: Report, _ format: Leaderboard.Format) throws -> String {
        let leaderboard = Leaderboard(report, headlinesOnly: format == .table)
        var text = try leaderboard.render(format, width: Terminal.outputIsTerminal ? Terminal.width : 120)
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}
