import Foundation
import Testing

/// What the command line takes, and what it says to the rest.
struct ArgumentTests {
    private let binary = Binary(dataDirectory: "/nonexistent/podium")

    @Test func theVersionIsNotConfusedWithAnOption() async throws {
        let version = try await binary.run("--version")
        #expect(version.status == 0 && version.output.contains(".") && version.error.isEmpty)
        for words in [["score", "squad", "--version", "1.1", "--gold", "g.json"], ["score", "squad", "--version"]] {
            let outcome = try await binary.run(words)
            #expect(outcome.status == 2 && outcome.output.isEmpty && !outcome.error.isEmpty, "\(outcome)")
        }
    }

    @Test(arguments: [["--products", "nope"], ["--products=nope"]])
    func anEarlierNameOfAnOptionGoesOn(words: [String]) async throws {
        for command in [["worker"], ["bench", "engine"], ["engine", "folder"]] {
            let outcome = try await binary.run(command + words)
            #expect(outcome.status == 2 && outcome.error.contains("--matmul-library"), "\(command): \(outcome)")
            let help = try await binary.run(command + ["--help"])
            #expect(help.output.contains("--matmul-library") && !help.output.contains("--products"))
        }
    }

    private struct Dump: Decodable {
        struct Command: Decodable {
            struct Argument: Decodable {
                struct Name: Decodable {
                    var name: String
                }
                var names: [Name]?
            }
            var commandName: String
            var arguments: [Argument]?
            var subcommands: [Command]?
        }
        var command: Command
    }

    /// No option has the name of a built-in one, or of another of the same command.
    @Test func namesOfOptionsAreTheirOwn() async throws {
        let outcome = try await binary.run("--experimental-dump-help")
        let dump = try JSONDecoder().decode(Dump.self, from: Data(outcome.output.utf8))
        var visited = 0
        func walk(_ command: Dump.Command, _ path: String) {
            visited += 1
            let names = (command.arguments ?? []).flatMap { $0.names ?? [] }.map(\.name)
            #expect(Set(names).count == names.count, "\(path): \(names)")
            for subcommand in command.subcommands ?? [] where subcommand.commandName != "help" {
                walk(subcommand, "\(path) \(subcommand.commandName)")
            }
        }
        walk(dump.command, "podium")
        #expect(visited > 20)
    }

    @Test(arguments: [
        (["queue", "--data-dir", ""], "--data-dir"), (["queue", "--data-dir="], "--data-dir"),
        (["show", ""], "show"), (["tokenize", "--vocab", ""], "--vocab"), ([""], "first"),
    ])
    func anEmptyValueIsRefused(words: [String], says: String) async throws {
        let outcome = try await binary.run(words)
        #expect(outcome.status == 2 && outcome.error.contains("empty") && outcome.error.contains(says), "\(outcome)")
    }

    /// What is wrong whatever the server holds is told without one.
    @Test(arguments: [
        ["best", "glue/NOPE"], ["history", "--state", "nope"], ["history", "--since", "2026-99-01"],
        ["history", "--kind", "nope"], ["trend", "small", "--task", "NOPE"],
    ])
    func nonsenseIsToldBeforeAServerIsMissed(words: [String]) async throws {
        let outcome = try await binary.run(words)
        #expect(outcome.status == 2 && outcome.error.contains(words.last ?? ""), "\(outcome)")
    }

    @Test(arguments: [
        (
            ["score", "squad", "--version", "2.0", "--gold", "g", "--predictions", "p", "--na-prob-threshold", "-1"],
            "--na-probs"
        ),
        (["compare", "1", "2", "--examples", "-3"], "must not be negative"),
        (["score", "glue", "--task", "RTE", "--gold", "g", "--predictions", "p", "--resamples", "-1"], "--resamples"),
        (["run", "x.yaml", "--threads", "-2"], "--threads"),
    ])
    func aNegativeNumberIsAValue(words: [String], says: String) async throws {
        let outcome = try await binary.run(words)
        #expect(outcome.status == 2 && outcome.error.contains(says), "\(outcome)")
        #expect(!outcome.error.contains("Missing value"), "\(outcome.error)")
    }

    @Test func aThresholdBelowZeroIsUsed() async throws {
        try await withTemporaryFolder { folder in
            let files = [
                "g.json": #"{"data": [{"paragraphs": [{"qas": [{"id": "a", "answers": []}]}]}]}"#,
                "p.json": #"{"a": "x"}"#, "o.json": #"{"a": -0.5}"#,
            ]
            for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
            func exact(_ threshold: String) async throws -> String {
                try await binary.run(
                    "score",
                    "squad",
                    "--version",
                    "2.0",
                    "--gold",
                    "\(folder)/g.json",
                    "--predictions",
                    "\(folder)/p.json",
                    "--na-probs",
                    "\(folder)/o.json",
                    "--na-prob-threshold",
                    threshold,
                    "--json"
                ).output
            }
            #expect(try await exact("-1").contains("\"exact\": 100.0"))
            #expect(try await exact("0").contains("\"exact\": 0.0"))
        }
    }

    @Test func emptyVariablesAreNone() async throws {
        try await withTemporaryFolder { home in
            let expected = "\(home)/.local/share/podium"
            for variables in [["XDG_DATA_HOME": ""], ["XDG_DATA_HOME": "relative"], ["PODIUM_DATABASE": ""]] {
                var environment = variables
                environment["HOME"] = home
                let outcome = try await Binary(dataDirectory: "").run(["queue"], environment: environment)
                #expect(outcome.status == 3 && outcome.error.contains(expected), "\(variables): \(outcome)")
            }
        }
    }

    @Test func whatIsWrongWithAFileIsToldApart() async throws {
        try await withTemporaryFolder { folder in
            let good = #"{"data": []}"#
            let packed = "\(folder)/cut.json.gz"
            try Data(good.utf8).write(to: URL(fileURLWithPath: "\(folder)/g.json"))
            try Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2]).write(to: URL(fileURLWithPath: packed))
            try Data("{\n\"a\" \"b\"}".utf8).write(to: URL(fileURLWithPath: "\(folder)/bad.json"))
            for (path, says) in [
                ("\(folder)/none", "no such file"), (folder, "folder"), (packed, "cut off"),
                ("\(folder)/bad.json", "bad.json:2:5: expected ':'"),
            ] {
                let outcome = try await binary.run(
                    "score",
                    "squad",
                    "--version",
                    "1.1",
                    "--gold",
                    "\(folder)/g.json",
                    "--predictions",
                    path
                )
                #expect(
                    outcome.status == 2 && outcome.error.contains(path) && outcome.error.contains(says),
                    "\(outcome)"
                )
                #expect(!outcome.error.contains("NSCocoa"))
            }
        }
    }
}
