/// Where in the queue a suite's runs go, so that accounts that compete for the machines get equal shares of them.
///
/// It is start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996). An account's runs are laid out one after the other in a
/// time of the queue's own, each as long as runs have been lately, and the queue is worked off in the order of that time. Whoever
/// comes later starts where the queue is now, not behind everything that somebody else has queued before. Keys are computed once,
/// at submission. So a queue of a single account is worked off as it was submitted; a step of priority moves a run ahead by an hour;
/// and what waits longest gets ahead of whatever is submitted more than `horizon` later, at equal priority.
package struct FairShare: Sendable, Equatable {
    /// What an account has used counts half as much after this time, in seconds.
    package static let halfLife = 86_400.0
    /// The queue's own time is no further behind the clock than this, in seconds.
    package static let horizon = 86_400.0
    /// How long a run takes where nothing is known, in seconds.
    package static let usualSeconds = 60.0

    /// The time of the store's clock, in seconds.
    package var now: Double
    /// Of the first run that waits; nil where none does.
    package var head: Double?
    /// Where the account's waiting runs of the same priority or a higher one end; nil where it has none.
    package var ownFinish: Double?
    /// What the account has used lately, in seconds of all machines, old use decayed.
    package var used = 0.0
    /// The same of the account that has used least, of the others whose runs are not over; nil where there are none.
    package var leastUsed: Double?
    /// How long a run takes, in seconds of all machines.
    package var runSeconds = FairShare.usualSeconds

    package init(now: Double) {
        self.now = now
    }

    /// Where the first of the runs goes.
    package var start: Double {
        let queue = head.map { min(now, max($0, now - Self.horizon)) } ?? now
        // Use counts only against others who have used less.
        let excess = leastUsed.map { max(0, used - $0) } ?? 0
        return max(queue + excess, ownFinish ?? -.infinity)
    }

    /// Where the run with so many before it in its suite goes.
    package func place(of position: Int) -> Double {
        start + Double(position) * runSeconds
    }

    /// What is left of something used so many seconds ago.
    package static func decay(_ seconds: Double) -> Double {
        exp2(-max(0, seconds) / halfLife)
    }

    /// 2 to the power of a number, for a room without a mathematical library.
    private static func exp2(_ exponent: Double) -> Double {
        let whole = exponent.rounded(.down)
        let rest = (exponent - whole) * 0.693_147_180_559_945_3
        var (term, sum) = (1.0, 1.0)
        for number in 1...20 {
            term *= rest / Double(number)
            sum += term
        }
        guard whole > -1000 else { return 0 }
        return Double(sign: .plus, exponent: Int(whole), significand: sum)
    }
}
