/// One example of a sentence or sentence-pair task.
struct Example: Hashable, Sendable {
    var first: String
    var second: String?
    var label: String
    /// MNLI's genre, CoLA's source, or empty.
    var genre = ""

    var texts: [String] {
        [first] + (second.map { [$0] } ?? [])
    }
}

/// Which part of a task an example is for.
enum Split: String, Sendable {
    case train, dev, test
}

/// Makes the examples of one task.
protocol ExampleSource: Sendable {
    /// Labels in the order in which they take turns; one entry for regression.
    var labels: [String] { get }

    /// - Parameters:
    ///   - turn: counts the examples drawn for this label, so that kinds of contrast can take turns too.
    func example(label: String, turn: Int, split: Split, _ random: inout Random) -> Example
}

extension ExampleSource {
    /// Draws `count` different examples with balanced labels, in random order.
    ///
    /// - Parameter taken: texts that must not occur, such as those of the training part; in a test set not as first texts.
    func examples(_ count: Int, split: Split, avoiding taken: Set<String>, _ random: inout Random) -> [Example] {
        var result: [Example] = []
        var seen: Set<Example> = []
        var attempts = 0
        while result.count < count {
            attempts += 1
            precondition(attempts < 1000 * count, "the world is too small for \(count) different examples")
            let label = labels[result.count % labels.count]
            let example = example(label: label, turn: result.count / labels.count, split: split, &random)
            let own = split == .test ? [example.first] : example.texts
            guard own.allSatisfy({ !taken.contains($0) }), example.first != example.second else { continue }
            if seen.insert(example).inserted { result.append(example) }
        }
        return random.shuffled(result)
    }
}
