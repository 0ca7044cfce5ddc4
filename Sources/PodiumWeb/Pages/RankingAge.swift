/// How long a ranking is shown after the suite has changed.
package enum RankingAge {
    /// Whether a ranking that is older than the suite's last change is recent enough.
    ///
    /// Making rankings of a suite takes a tenth of a core at most while its runs end; of one that is over only the last counts.
    package static func isRecent(took: Duration, age: Duration, isOver: Bool) -> Bool {
        !isOver && took >= .seconds(1) && age < took * 9
    }
}
