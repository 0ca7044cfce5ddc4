import Foundation
import Subprocess
import SystemPackage
import Testing

/// Where output goes, and what happens when it cannot go there.
struct OutputTests {
    /// Runs a line of shell in a folder, `$PODIUM` being the binary.
    private func shell(_ line: String, in folder: String) async throws -> Binary.Outcome {
        let result = try await Subprocess.run(
            .path("/bin/bash"),
            arguments: ["-c", line],
            environment: .inherit.updating([
                "PODIUM": Binary.path, "PODIUM_DATA_DIR": "\(folder)/data", "PODIUM_DATABASE": nil,
            ]),
            workingDirectory: .init(folder),
            output: .string(limit: 1 << 24),
            error: .string(limit: 1 << 24)
        )
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): 128 + signal
            }
        return Binary.Outcome(status: status, output: result.standardOutput, error: result.standardError)
    }

    /// Commands that print without a database, in a folder made by `prepare`.
    static let commands = [
        "--version", "--help", "score --help", "score glue --help",
        "score glue --task RTE --gold dev.tsv --predictions a.tsv",
        "score glue --task RTE --gold dev.tsv --predictions a.tsv --json",
        "score squad --version 1.1 --gold gold.json --predictions a.json",
        "score squad --version 2.0 --gold gold.json --predictions a.json --json",
        "compare a.tsv b.tsv --task RTE --gold dev.tsv",
        "compare a.json b.json --task squad-v1.1 --gold gold.json --json",
        "submission check a.json --gold gold.json", "tokenize --vocab vocab.txt < text.txt", "device list",
        "--generate-completion-script bash",
    ]

    private func prepare(_ folder: String) throws {
        let files = [
            "dev.tsv": "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n1\ta\tb\tnot_entailment\n",
            "a.tsv": "index\tprediction\n0\tentailment\n1\tnot_entailment\n",
            "b.tsv": "index\tprediction\n0\tnot_entailment\n1\tnot_entailment\n",
            "gold.json": """
            {"version": "1.1", "data": [{"title": "t", "paragraphs": [{"context": "one two", "qas": [
            {"id": "p", "question": "?", "answers": [{"text": "one", "answer_start": 0}]},
            {"id": "q", "question": "?", "answers": [{"text": "two", "answer_start": 4}]}]}]}]}
            """,
            "a.json": #"{"p": "one", "q": "two"}"#,
            "b.json": #"{"p": "one", "q": ""}"#,
            "vocab.txt": "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\none\ntwo\n",
            "text.txt": String(repeating: "one two three\n", count: 50_000),
        ]
        for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
    }

    @Test(arguments: commands) func lostOutputIsTrouble(command: String) async throws {
        try await withTemporaryFolder { folder in
            try prepare(folder)
            let full = try await shell("$PODIUM \(command) > /dev/full", in: folder)
            #expect(full.status == 3 && full.error.contains("standard output"), "\(full)")
            #expect(full.error.contains("No space left"), "\(full.error)")
            let closed = try await shell("$PODIUM \(command) >&-", in: folder)
            #expect(closed.status == 3 && closed.error.contains("standard output"), "\(closed)")
        }
    }

    @Test(arguments: commands) func aReaderThatLeavesEndsItQuietly(command: String) async throws {
        try await withTemporaryFolder { folder in
            try prepare(folder)
            // The reader is gone before a byte is written.
            let outcome = try await shell("(sleep 0.5; $PODIUM \(command); echo $? >&2) | true", in: folder)
            #expect(outcome.error.split(separator: "\n").last == "141", "\(command): \(outcome.error)")
            #expect(!outcome.error.contains("podium:"), "\(outcome.error)")
        }
    }

    @Test func endlessInputEndsWithItsReader() async throws {
        try await withTemporaryFolder { folder in
            try prepare(folder)
            let outcome = try await shell(
                "yes one two | timeout 20 $PODIUM tokenize --vocab vocab.txt | head -2; echo ${PIPESTATUS[1]} >&2",
                in: folder
            )
            #expect(outcome.output == "one two\none two\n")
            #expect(outcome.error == "141\n", "\(outcome.error)")
        }
    }

    @Test func linesComeOutWhileInputStaysOpen() async throws {
        try await withTemporaryFolder { folder in
            try prepare(folder)
            let outcome = try await shell(
                "mkfifo p; (echo one; sleep 5) > p & timeout 3 $PODIUM tokenize --vocab vocab.txt < p | head -1",
                in: folder
            )
            #expect(outcome.output == "one\n")
        }
    }

    @Test func filesAreWrittenToWhatIsNamed() async throws {
        try await withTemporaryFolder { folder in
            try prepare(folder)
            let write = "$PODIUM submission write a.json --gold gold.json --out"
            let outcome = try await shell(
                """
                set -e
                echo old > target; ln -s target link
                \(write) link; [ -L link ]; grep -q one target
                \(write) /dev/null; [ -c /dev/null ]
                mkfifo pipe; cat pipe > copy & \(write) pipe; wait; [ -p pipe ]; cmp copy target
                \(write) /dev/stdout > out; grep -q one out
                ! \(write) /dev/full 2> error; grep -q 'No space left' error
                ! \(write) . 2> error; grep -q folder error
                """,
                in: folder
            )
            #expect(outcome.status == 0, "\(outcome)")
        }
    }

    @Test func inputComesFromPipesToo() async throws {
        try await withTemporaryFolder { folder in
            try prepare(folder)
            let outcome = try await shell(
                """
                set -e
                cat a.json | $PODIUM score squad --version 1.1 --gold gold.json --predictions /dev/stdin --json > one
                $PODIUM score squad --version 1.1 --gold <(gzip -c gold.json) --predictions <(cat a.json) --json > two
                cmp one two; grep -q '"exact_match": 100.0' one
                """,
                in: folder
            )
            #expect(outcome.status == 0, "\(outcome)")
        }
    }

    @Test func whatAFileHidesDoesNotReachTheTerminal() async throws {
        try await withTemporaryFolder { folder in
            try prepare(folder)
            let escape = "\u{1B}]0;owned\u{7}\u{1B}[31m"
            try Data("index\tprediction\n0\t\(escape)\n1\tx\n".utf8).write(
                to: URL(fileURLWithPath: "\(folder)/bad.tsv")
            )
            try Data(#"{"p": "\u001b[2Jone", "q": "x"}"#.utf8).write(to: URL(fileURLWithPath: "\(folder)/bad.json"))
            for command in [
                "score glue --task RTE --gold dev.tsv --predictions bad.tsv",
                "compare a.tsv bad.tsv --task RTE --gold dev.tsv",
                "compare a.json bad.json --task squad-v1.1 --gold gold.json",
                "score glue --task $'\\e[31m' --gold dev.tsv --predictions a.tsv",
            ] {
                let outcome = try await shell("$PODIUM \(command)", in: folder)
                let shown = outcome.output + outcome.error
                #expect(!shown.isEmpty && !shown.contains("\u{1B}") && !shown.contains("\u{7}"), "\(command)")
            }
        }
    }

    /// A model's files say how text is cut; a vocabulary alone is told.
    @Test func aModelsTokenizerIsItsOwn() async throws {
        let place = try Place()
        defer { place.tearDown() }
        _ = try place.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ncafé\ncafe\n")
        _ = try place.write("tokenizer_config.json", #"{"do_lower_case": true, "strip_accents": false}"#)
        let lines = [("--model .", "café\n"), ("--vocab vocab.txt", "cafe\n"), ("--model . --ids", "5\n")]
        for (options, pieces) in lines {
            let outcome = try await shell("echo CAFÉ | $PODIUM tokenize \(options)", in: place.folder)
            #expect(outcome.output == pieces, "\(options): \(outcome)")
        }
    }
}
