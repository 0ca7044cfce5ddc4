/// How an engine is started, told things and understood: what differs between one process and several ranks.
protocol EngineStart: Sendable {
    /// The program to start; it gets the attempt's folder as its last argument.
    var command: EngineCommand { get }
    /// Whether it is told orders on standard input; else by signals for its process group.
    var hearsWords: Bool { get }
    /// What the exit status of the started program says of the engine.
    func status(ofExit code: Int32) -> EngineExit.Status
    /// What to do where the program cannot be started; empty for nothing in particular.
    var advice: String { get }
}

/// What a running engine is told.
package enum EngineOrder: Sendable {
    /// Save what you have and stop.
    case stop
    /// Wait before the next step.
    case pause
    case resume

    /// The byte that stands for it on standard input.
    var word: UInt8 {
        switch self {
        case .stop: UInt8(ascii: "\n")
        case .pause: UInt8(ascii: "p")
        case .resume: UInt8(ascii: "r")
        }
    }

    /// The order that a byte on standard input stands for; one that nobody knows asks for the end.
    package init(word: UInt8) {
        self = [.pause, .resume].first { $0.word == word } ?? .stop
    }
}

/// An engine of one process.
struct SingleProcess: EngineStart {
    let command: EngineCommand
    let advice = ""
    let hearsWords = false

    func status(ofExit code: Int32) -> EngineExit.Status { .exited(code) }
}
