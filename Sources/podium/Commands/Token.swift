import ArgumentParser
import PodiumExperiments
import PodiumPrimitives
import PodiumStore
import PodiumWeb

struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes and revokes tokens for the dashboard and its API.",
        discussion: """
            Readers look at everything; workers of other machines fetch and bring files as well \
            (podium worker --artifacts); operators submit, cancel and retry as well; admins read the action log as \
            well. The database keeps a token's hash only: its text is printed once.

            Examples:
              podium token create alice --role operator
              podium token list
              podium token revoke alice
            """,
        subcommands: [TokenCreate.self, TokenList.self, TokenRevoke.self]
    )
}

struct TokenCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Makes a token and prints it.")

    @OptionGroup var place: PlaceOptions
    @Argument(help: "Whose it is; the action log says this name.")
    var name: String
    @Option(help: "reader, worker, operator or admin.")
    var role: AccessRole

    func run() async throws {
        let text = TokenText.make()
        let token = try await place.resolved().withStore { store in
            try await store.addToken(name: name, role: role, sha256: TokenText.sha256(text))
        }
        guard token != nil else {
            throw Failure(.usage, "there is a token \"\(name)\" already; `podium token revoke` ends it")
        }
        try Terminal.print(text)
    }
}

struct TokenList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists tokens, never their texts.")

    @OptionGroup var place: PlaceOptions
    @Flag(help: "One JSON document.")
    var json = false

    func run() async throws {
        let tokens = try await place.resolved().withStore { store in try await store.tokens() }
        if json { return try JSONOutput.print(tokens) }
        var table = TextTable([("NAME", .left), ("ROLE", .left), ("MADE", .left), ("REVOKED", .left)])
        for token in tokens {
            table.add([
                token.name, token.role.rawValue, LocalTime.text(token.createdAt),
                token.revokedAt.map(LocalTime.text) ?? "",
            ])
        }
        try Terminal.print(table.rendered())
    }
}

struct TokenRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Ends a token.")

    @OptionGroup var place: PlaceOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
        let isRevoked = try await place.resolved().withStore { store in try await store.revokeToken(name: name) }
        guard isRevoked else { throw Failure(.usage, "there is no token \"\(name)\" in force; `podium token list`") }
    }
}

extension AccessRole: ExpressibleByArgument {}
