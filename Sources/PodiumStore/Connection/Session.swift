import CLibPQ
import Dispatch
import Glibc

/// One libpq connection and the waiting on its socket.
///
/// Not safe to share: it lives inside one actor, whose thread it blocks in
/// `poll` for as long as the server takes. The socket never blocks; every wait
/// also watches the interrupter and a deadline.
final class Session {
    let pointer: OpaquePointer
    private let interrupter: Interrupter
    private let address: DatabaseAddress
    /// Prepared statements by the address of their literal.
    var prepared: [UInt: PreparedStatement] = [:]
    var nextStatementNumber = 1
    private(set) var isBroken = false
    /// How the server is told to plan what comes.
    private var planning = Planning.free
    private let cancelRequests = DispatchGroup()
    /// Of its own, because the shared queues have as many threads as cores, and blocking calls fill them.
    private static let cancelQueue = DispatchQueue(label: "podium.cancel", attributes: .concurrent)

    struct PreparedStatement {
        var name: String
        var types: [ColumnType]
    }

    /// How long a cancelled query may take to end before the connection is given up.
    static let cancelGrace: Duration = .seconds(10)

    /// Connects, or throws within `timeout`.
    init(_ address: DatabaseAddress, interrupter: Interrupter, timeout: Duration) throws(StoreError) {
        self.address = address
        self.interrupter = interrupter
        let settings = Array(address.connectionSettings)
        let started = Self.withCStrings(settings.map(\.key)) { keys in
            Self.withCStrings(settings.map(\.value)) { values in PQconnectStartParams(keys, values, 0) }
        }
        guard let started else { throw StoreError(.connectionFailed, "out of memory while connecting to \(address)") }
        pointer = started
        // Verbose messages carry the SQLSTATE, which libpq does not give otherwise while connecting.
        PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        try connect(until: .now + timeout)
        PQsetErrorVerbosity(pointer, PQERRORS_DEFAULT)
        PQsetnonblocking(pointer, 1)
        _ = PQsetNoticeReceiver(pointer, { _, _ in }, nil)
        _ = try run(Script(trusted: Self.settings), timeout: timeout)
    }

    /// Takes the schema of the documented views out of the search path, and compilation of queries away.
    ///
    /// The default path starts with a schema of the user's name, and the private server's user is called as that schema:
    /// without this `runs` would mean the view `podium.runs` and not the table. Compiling costs a second where the planner
    /// thinks a query large; none of ours runs that long.
    private static let settings = """
        set jit = off;
        select set_config('search_path', coalesce(string_agg(quote_ident(name), ', '), 'public'), false)
        from unnest(current_schemas(false)) as name where name <> 'podium'
        """

    /// How the server plans prepared statements.
    enum Planning: Sendable {
        /// As it sees fit: with the values at hand where that seems to be worth planning anew each time.
        case free
        /// Once, by probes of indexes alone, whatever the values and the tables' statistics are.
        ///
        /// For the queue's own statements, which touch a few rows: planning them costs as much as carrying them out.
        case onceByProbes

        /// The settings that say so, for a connection's options too.
        var settings: [(name: String, value: String)] {
            let isFree = self == .free
            return [
                ("plan_cache_mode", isFree ? "auto" : "force_generic_plan"), ("enable_hashjoin", isFree ? "on" : "off"),
                ("enable_mergejoin", isFree ? "on" : "off"), ("enable_seqscan", isFree ? "on" : "off"),
            ]
        }
    }

    /// Outside of transactions only: a rollback would take it back.
    func plan(_ wanted: Planning) throws(StoreError) {
        guard wanted != planning else { return }
        let script = wanted.settings.map { "set \($0.name) = \($0.value);" }.joined()
        _ = try run(Script(trusted: script), timeout: nil)
        planning = wanted
    }

    deinit { PQfinish(pointer) }

    private func connect(until deadline: ContinuousClock.Instant) throws(StoreError) {
        guard PQstatus(pointer) != CONNECTION_BAD else { throw connectionError() }
        var waitFor = Int16(POLLOUT)
        while true {
            switch wait(for: waitFor, until: deadline) {
            case .timedOut:
                throw StoreError(.connectionFailed, "no answer from \(address); is the server up and reachable?")
            case .interrupted:
                throw StoreError(.cancelled, "cancelled while connecting to \(address)")
            case .ready: break
            }
            switch PQconnectPoll(pointer) {
            case PGRES_POLLING_READING: waitFor = Int16(POLLIN)
            case PGRES_POLLING_WRITING: waitFor = Int16(POLLOUT)
            case PGRES_POLLING_OK: return
            default: throw connectionError()
            }
        }
    }

    // MARK: Waiting

    enum Wait { case ready, timedOut, interrupted }

    /// Blocks the thread until the socket has one of `events`, the deadline passes, or the interrupter fires.
    func wait(for events: Int16, until deadline: ContinuousClock.Instant?) -> Wait {
        while true {
            var milliseconds: Int32 = -1
            if let deadline {
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero else { return .timedOut }
                milliseconds = Int32(
                    clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
                )
            }
            var descriptors = [
                pollfd(fd: PQsocket(pointer), events: events, revents: 0),
                pollfd(fd: interrupter.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&descriptors, 2, milliseconds)
            if count < 0 && errno == EINTR { continue }
            if descriptors[1].revents != 0 {
                interrupter.drain()
                return .interrupted
            }
            if count != 0 { return .ready }
        }
    }

    /// Waits for a query's next bytes; on the deadline or an interrupt asks the server to stop, once.
    func waitForServer(_ events: Int16, _ deadline: inout QueryDeadline) throws(StoreError) {
        switch wait(for: events, until: deadline.instant) {
        case .ready: return
        case .timedOut where deadline.stopping != nil:
            isBroken = true
            throw StoreError(.serverGone, "\(address) does not answer; the connection is given up")
        case .timedOut: deadline.stopping = .timeout
        case .interrupted where deadline.stopping != nil: return
        case .interrupted: deadline.stopping = .cancelled
        }
        deadline.instant = .now + Self.cancelGrace
        requestCancel()
    }

    /// How long a query may take, and why it was asked to stop.
    struct QueryDeadline {
        var instant: ContinuousClock.Instant?
        var stopping: StoreError.Code?
    }

    /// Asks the server to stop the running query, from another thread: to a host that is gone this takes minutes.
    private func requestCancel() {
        guard let request = PQgetCancel(pointer) else { return }
        // A copy of the address and key, independent of the connection; the closure is its only user.
        nonisolated(unsafe) let cancel = request
        Self.cancelQueue.async(group: cancelRequests) {
            var message = [CChar](repeating: 0, count: 256)
            // A refusal is not an error: the query may just have ended.
            _ = PQcancel(cancel, &message, Int32(message.count))
            PQfreeCancel(cancel)
        }
    }

    /// Waits until no request to cancel is under way, lest it hit the next query.
    func waitForCancelRequests() {
        if cancelRequests.wait(timeout: .now() + 5) == .timedOut { isBroken = true }
    }

    func markBroken() { isBroken = true }

    /// Whether an idle connection is still good: nothing but notifications may have arrived meanwhile.
    var isHealthy: Bool {
        guard !isBroken, PQstatus(pointer) == CONNECTION_OK else { return false }
        var descriptor = pollfd(fd: PQsocket(pointer), events: Int16(POLLIN), revents: 0)
        // A server that says goodbye and hangs up takes two reads: the words, then the end.
        while poll(&descriptor, 1, 0) > 0 {
            guard PQconsumeInput(pointer) == 1, PQstatus(pointer) == CONNECTION_OK else { return false }
        }
        return PQtransactionStatus(pointer) == PQTRANS_IDLE
    }

    var isInTransaction: Bool { PQtransactionStatus(pointer) != PQTRANS_IDLE }

    // MARK: Errors

    private func connectionError() -> StoreError {
        let message = String(cString: PQerrorMessage(pointer))
        let state = message.firstMatch(of: #/[A-Z]+:  ([0-9A-Z]{5}): /#).map { String($0.1) }
        // Only the first line: verbose mode appends source locations.
        let line = message.split(separator: "\n").first.map(String.init) ?? "unknown reason"
        var code = state.map { SQLState.code($0, constraint: nil) } ?? .connectionFailed
        if code == .statement { code = .connectionFailed }
        if state == nil && (message.contains("no password supplied") || message.contains("authentication")) {
            code = .authenticationFailed
        }
        let advice = SQLState.advice(code) ?? "is the server up, and is the address right?"
        let words = line.replacing(#/([A-Z]+):  [0-9A-Z]{5}: /#) { "\($0.1): " }
        return StoreError(code, "cannot connect to \(address): \(words); \(advice)", sqlState: state)
    }

    /// The connection's own trouble, when there is no result to ask.
    func lost(while doing: String) -> StoreError {
        isBroken = true
        let message = String(cString: PQerrorMessage(pointer)).split(separator: "\n").first.map(String.init)
        return StoreError(
            .serverGone,
            "lost the connection to \(address) while \(doing): \(message ?? "no reason given")"
        )
    }

    func error(of result: OpaquePointer, stopping: StoreError.Code?) -> StoreError {
        func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
        let state = field(Int32(UInt8(ascii: "C")))
        var code = state.map { SQLState.code($0, constraint: field(Int32(UInt8(ascii: "n")))) } ?? .serverGone
        if code == .cancelled, let stopping { code = stopping }
        if code == .serverGone { isBroken = true }
        var message =
            field(Int32(UInt8(ascii: "M"))) ?? String(cString: PQresultErrorMessage(result)).split(separator: "\n")
            .first
            .map(String.init) ?? "no reason given"
        if let detail = field(Int32(UInt8(ascii: "D"))) { message += " (\(detail))" }
        if let advice = SQLState.advice(code) { message += "; \(advice)" }
        return StoreError(code, "\(address): \(message)", sqlState: state)
    }

    // MARK: C strings

    static func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
        var pointers: [UnsafePointer<CChar>?] = strings.map { UnsafePointer(strdup($0)) }
        pointers.append(nil)
        defer { for pointer in pointers { free(UnsafeMutableRawPointer(mutating: pointer)) } }
        return pointers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the array has at least its end mark") }
            return body(base)
        }
    }

    /// An identifier as it may stand in a script.
    func quoted(_ identifier: String) throws(StoreError) -> String {
        guard let escaped = PQescapeIdentifier(pointer, identifier, identifier.utf8.count) else {
            throw StoreError(.value, "\(identifier) cannot be a name in the database")
        }
        defer { PQfreemem(escaped) }
        return String(cString: escaped)
    }
}
