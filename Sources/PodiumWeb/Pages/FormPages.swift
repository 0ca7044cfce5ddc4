internal import PodiumCore
internal import PodiumPrimitives
internal import PodiumSpec
internal import PodiumStore

/// Pages with forms that change something, and what the forms do.
struct FormPages: Sendable {
    let pages: Pages
    let actions: Actions
    let gate: Gate

    // MARK: Acting on runs

    /// Cancels or retries what was selected, or everything that the form's filter finds.
    func act(_ exchange: Exchange) async throws -> WebResponse {
        let request = exchange.request
        let word = request.field("action") ?? ""
        let isForAll = word.hasSuffix("-all")
        guard let action = RunAction(rawValue: isForAll ? String(word.dropLast(4)) : word) else {
            throw Problem(400, "the form says no action")
        }
        let runs: [RunID]
        let target: String
        if isForAll {
            var suite: SuiteID?
            if let name = request.field("suite") {
                guard let found = try await pages.suite(named: name) else {
                    throw Problem(404, "there is no suite \"\(name)\"")
                }
                suite = found.id
            }
            runs = try await actions.runs(of: suite, for: action)
            target = suite.map { "all of suite \($0)" } ?? "all runs"
        } else {
            runs = (request.form ?? []).filter { $0.name == "run" }.compactMap { Int64($0.value) }.map {
                RunID(rawValue: $0)
            }
            target = runs.target
        }
        let done = runs.isEmpty ? [] : try await actions.carryOut(action, runs, target: target, by: exchange.visitor)
        let query = PercentEncoding.query([("did", action.rawValue), ("runs", "\(done.count)")])
        let back = Self.local(request.field("back")) ?? "/queue"
        return .seeOther(back + (back.contains("?") ? "&" : "?") + query)
    }

    // MARK: Named views

    /// Saves or removes a named view of the history.
    func changeView(_ exchange: Exchange) async throws -> WebResponse {
        let request = exchange.request
        let query = request.field("query") ?? ""
        guard query.utf8.count <= 2000, let back = Self.local("/history?" + query) else {
            throw Problem(422, "that is no query of the history")
        }
        guard let name = request.field("name").map({ String($0[...].trimmingSpaces()) }), !name.isEmpty,
            name.unicodeScalars.count <= 100
        else { throw Problem(422, "a view needs a name of at most 100 characters") }
        switch request.field("do") {
        case "save": try await actions.save(view: name, query: query, by: exchange.visitor)
        case "remove": try await actions.remove(view: name, by: exchange.visitor)
        default: throw Problem(400, "the form says neither save nor remove")
        }
        return .seeOther(back)
    }

    /// An address of our own, so that no form leads elsewhere.
    private static func local(_ address: String?) -> String? {
        guard let address, address.hasPrefix("/"), !address.hasPrefix("//"), !address.hasPrefix("/\\"),
            address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        return address
    }

    // MARK: Submitting

    private struct SubmitView {
        struct Mistake {
            let line: Int?
            let message: String
        }

        struct Line {
            let number: Int
            let text: String
            let isWrong: Bool
        }

        let mayAct: Bool
        let hint: String
        let formCode: String
        var yaml = ""
        var errors: [Mistake] = []
        var excerpt: [Line] = []
        /// Of which the first are listed.
        var runCount = ""
        var runs: [String] = []
        /// How many the list leaves out.
        var furtherRuns: String?
        var isFresh = false
        /// Which of the runs are done already.
        var forecast: String?
    }

    private static let listedRuns = 200

    private static let example = """
        name: first
        kind: pretrain
        model: {preset: tiny}
        corpus: sample
        training: {maxDuration: 60s, batchSize: 32, learningRate: 1e-3, maxSequenceLength: 64, maxPredictionsPerSequence: 10}
        """

    func submitPage(_ exchange: Exchange) async throws -> WebResponse {
        var view = try await submitView(exchange)
        view.yaml = Self.example
        return try page(exchange, view, status: 200)
    }

    func submit(_ exchange: Exchange) async throws -> WebResponse {
        let form = exchange.request.form ?? []
        // Browsers send CR LF.
        let yaml = (form.first { $0.name == "yaml" }?.value ?? "").replacing("\r\n", with: "\n")
        var view = try await submitView(exchange)
        view.yaml = yaml
        view.isFresh = form.contains { $0.name == "fresh" && !$0.value.isEmpty }
        do {
            if form.contains(where: { $0.name == "do" && $0.value == "check" }) {
                let submission = try await actions.jobFiles.read(yaml, isForSubmission: false, isFresh: view.isFresh)
                let names = submission.runs.map(\.spec.name)
                view.runCount = NumberText.count(names.count, "run")
                view.runs = Array(names.prefix(Self.listedRuns))
                if names.count > Self.listedRuns {
                    view.furtherRuns = "and \(NumberText.grouped(names.count - Self.listedRuns)) more"
                }
                view.forecast = await actions.jobFiles.forecast(submission)
                return try page(exchange, view, status: 200)
            }
            let suite = try await actions.submit(yaml, isFresh: view.isFresh, by: exchange.visitor)
            return .seeOther("/suites/\(suite.suite)")
        } catch let error as any DescribedError where error.blame == .input {
            let mistakes: [any DescribedError] = [error] + ((error as? SpecError)?.further ?? [])
            view.errors = mistakes.map { SubmitView.Mistake(line: $0.place?.line, message: $0.message) }
            view.excerpt = Self.excerpt(of: yaml, around: Set(mistakes.compactMap { $0.place?.line }))
            return try page(exchange, view, status: 422)
        }
    }

    /// The lines, counted from 1, with what stands around each.
    private static func excerpt(of yaml: String, around wrong: Set<Int>) -> [SubmitView.Line] {
        yaml.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { place, text in
            let number = place + 1
            guard (number - 2...number + 2).contains(where: wrong.contains) else { return nil }
            return SubmitView.Line(number: number, text: String(text), isWrong: wrong.contains(number))
        }
    }

    private func submitView(_ exchange: Exchange) async throws -> SubmitView {
        let isOpen = try await gate.isOpenToReaders()
        return SubmitView(
            mayAct: exchange.visitor.may(.operator),
            hint: isOpen
                ? "Nobody may change anything here yet: make a token with podium token create NAME --role operator, then sign in with it."
                : "Submitting needs a token with the role operator or admin.",
            formCode: exchange.formCode
        )
    }

    private func page(_ exchange: Exchange, _ view: SubmitView, status: Int) throws -> WebResponse {
        try pages.page(exchange, title: "Submit", current: "/submit", status: status, "submit", view)
    }

    // MARK: Signing in

    private struct SignInView {
        let formCode: String
        let next: String
        var error: String?
    }

    func signInPage(_ exchange: Exchange) throws -> WebResponse {
        let view = SignInView(formCode: exchange.formCode, next: Self.local(exchange.request.parameter("next")) ?? "/")
        return try pages.page(exchange, title: "Sign in", current: "", "sign-in", view)
    }

    func signIn(_ exchange: Exchange) async throws -> WebResponse {
        let request = exchange.request
        let next = Self.local(request.field("next")) ?? "/"
        if let seconds = await gate.waitForGuess(exchange.request.peer) {
            throw Problem(429, "too many tries: wait \(Int(seconds) + 1) s")
        }
        guard let text = request.field("token"), let token = try await gate.token(String(text[...].trimmingSpaces()))
        else {
            let view = SignInView(formCode: exchange.formCode, next: next, error: "There is no such token.")
            return try pages.page(exchange, title: "Sign in", current: "", status: 403, "sign-in", view)
        }
        _ = token
        return .seeOther(next)
            .header(
                "Set-Cookie",
                Self.cookie(Gate.tokenCookie, String(text[...].trimmingSpaces()), seconds: 30 * 86400)
            )
    }

    func signOut(_ exchange: Exchange) throws -> WebResponse {
        .seeOther("/").header("Set-Cookie", Self.cookie(Gate.tokenCookie, "", seconds: 0))
    }

    /// No script reads it, and no other site makes a browser send it.
    static func cookie(_ name: String, _ value: String, seconds: Int) -> String {
        "\(name)=\(value); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(seconds)"
    }

    // MARK: The action log

    private struct ActionsView {
        struct Action {
            let number: Int64
            let when: String
            let who: String
            let role: String
            let did: String
            let target: String
            let outcome: String
        }

        let actions: [Action]
        let older: String?
    }

    func actionLog(_ exchange: Exchange) async throws -> WebResponse {
        let before = exchange.request.parameter("before").flatMap { Int64($0) }
        let records = try await pages.store.actions(before: before, limit: 100)
        let view = ActionsView(
            actions: records.map {
                ActionsView.Action(
                    number: $0.id,
                    when: LocalTime.text($0.at),
                    who: $0.actor,
                    role: $0.role.rawValue,
                    did: $0.action,
                    target: $0.target,
                    outcome: $0.outcome ?? "never said"
                )
            },
            older: records.count == 100 ? records.last.map { "/actions?before=\($0.id)" } : nil
        )
        return try pages.page(exchange, title: "Action log", current: "", scope: .init(), "actions", view)
    }
}

extension [RunID] {
    /// `runs 1, 2, 3`, and how many more.
    var target: String {
        let shown = prefix(20).map { "\($0)" }.joined(separator: ", ")
        return (count == 1 ? "run " : "runs ") + shown + (count > 20 ? " and \(count - 20) more" : "")
    }
}
