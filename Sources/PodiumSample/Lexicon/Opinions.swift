/// Words of praise and blame for reviews.
enum Opinions {
    /// In pairs of like strength, so that the two lists are as long as each other.
    static let positive = LexiconTable.words(
        """
        wonderful, brilliant, charming, moving, funny, delightful, superb, clever, exciting, touching, gripping, elegant
        refreshing, hilarious, warm, beautiful, fascinating, graceful, original, magnificent, enjoyable, excellent
        heartfelt, inspired, lively, masterful, memorable, powerful, splendid, stunning, sweet, thoughtful, witty
        wise, engaging, amazing, fresh, convincing, tender, dazzling
        """
    )

    static let negative = LexiconTable.words(
        """
        terrible, stupid, boring, dull, awful, tedious, horrible, silly, clumsy, pointless, dreadful, lifeless
        tiresome, annoying, cold, ugly, shallow, messy, predictable, mediocre, unpleasant, poor
        empty, lazy, flat, careless, forgettable, weak, painful, bland, bitter, confused, stale
        foolish, pretentious, disappointing, tired, unconvincing, hollow, depressing
        """
    )

    /// Every fourth word is kept out of the training part: only pre-training can tell its meaning.
    static func words(_ isPositive: Bool, for split: Split) -> [String] {
        let all = isPositive ? positive : negative
        return all.indices.filter { split != .train || $0 % 4 != 3 }.map { all[$0] }
    }

    static let works = LexiconTable.words(
        "film, movie, comedy, drama, thriller, documentary, romance, adventure, play, novel"
    )
    static let aspects = LexiconTable.words(
        "plot, acting, script, music, dialogue, ending, direction, camera work, story, cast, humor, pacing, first half, hero"
    )
    /// Aspects that can be counted, as `a moving ending`.
    static let parts = LexiconTable.words(
        "plot, script, story, ending, cast, hero, first half, soundtrack, final scene"
    )
    static let intensifiers = LexiconTable.words(
        "very, really, truly, quite, thoroughly, deeply, surprisingly, utterly"
    )
}
