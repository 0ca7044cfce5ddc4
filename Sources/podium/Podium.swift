import ArgumentParser
import CBuild

/// The root command; every command is in a file of its own under `Commands`.
struct Podium: AsyncParsableCommand {
    static let version = "0.1.0"

    /// The commit it was built from, with `-modified` where the tree had changes; nil for a build that was not told.
    static let commit: String? = {
        let text = String(cString: podium_commit())
        return text.isEmpty ? nil : text
    }()

    /// What `podium --version` prints; no `version` of the configuration, which would hide options of that name.
    static let versionText = version + (commit.map { " (commit \($0))" } ?? "")

    static let configuration = CommandConfiguration(
        commandName: "podium",
        abstract: "Queues BERT experiments, runs them, and ranks what comes out.",
        discussion: """
            A job file says what to pre-train, fine-tune and evaluate. Podium keeps it in \
            PostgreSQL, runs it on workers with its own BERT engine, scores it as the official \
            evaluators do, and compares the systems in a leaderboard and a report.

            First steps:
              podium run jobs/quickstart.yaml        one file from start to report
              podium up                              a queue that stays: database, scheduler, worker
              podium submit jobs/glue-minilm.yaml    put a suite into that queue

            `podium --version` prints the version.

            Exit status: 0 done; 1 the job or check failed; 2 wrong usage or a bad input file;
            3 database, network or file-system trouble; 130 interrupted.
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Run experiments",
                subcommands: [
                    RunCommand.self, Submit.self, Queue.self, Show.self, Logs.self, Cancel.self, Retry.self,
                    Hold.self, Release.self, Priority.self, Extend.self, Delete.self,
                ]
            ),
            CommandGroup(
                name: "Read results",
                subcommands: [LeaderboardCommand.self, ReportCommand.self, Compare.self]
            ),
            CommandGroup(
                name: "Look back",
                subcommands: [
                    HistoryCommand.self, Best.self, TrendCommand.self, Tag.self, Note.self, Archive.self,
                ]
            ),
            CommandGroup(name: "Score", subcommands: [Score.self, SubmissionCommand.self]),
            CommandGroup(
                name: "Operate",
                subcommands: [
                    Up.self, Web.self, Token.self, BudgetCommand.self, Daemon.self, WorkerCommand.self, Drain.self,
                    SlurmCommand.self,
                    Migrate.self, Roles.self, Clean.self, Export.self, Import.self, Doctor.self,
                    Device.self, Plan.self,
                    Bench.self,
                ]
            ),
            CommandGroup(
                name: "Text, models and data",
                subcommands: [Tokenize.self, Embed.self, Model.self, DataCommand.self]
            ),
            CommandGroup(name: "Inside", subcommands: [Engine.self]),
        ]
    )
}
