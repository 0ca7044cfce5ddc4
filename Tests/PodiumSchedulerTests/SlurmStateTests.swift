import PodiumScheduler
import Testing

@Suite
struct SlurmStateTests {
    /// Name, abbreviation (where squeue(1) has one), meaning: the 12 base states and 17 flags of Slurm's manual.
    static let table: [(String, String?, SlurmMeaning)] = [
        ("BOOT_FAIL", "BF", .over(.node)), ("CANCELLED", "CA", .over(.cancelled)),
        ("COMPLETED", "CD", .over(.byItself)), ("DEADLINE", "DL", .over(.timeLimit)), ("FAILED", "F", .over(.byItself)),
        ("NODE_FAIL", "NF", .over(.node)), ("OUT_OF_MEMORY", "OOM", .over(.memory)), ("PENDING", "PD", .queued),
        ("PREEMPTED", "PR", .preempted), ("RUNNING", "R", .running), ("SUSPENDED", "S", .paused),
        ("TIMEOUT", "TO", .over(.timeLimit)),
        ("COMPLETING", "CG", .ending), ("CONFIGURING", "CF", .queued), ("EXPEDITING", nil, .queued),
        ("LAUNCH_FAILED", nil, .over(.node)), ("POWER_UP_NODE", nil, .queued), ("RECONFIG_FAIL", nil, .over(.node)),
        ("REQUEUED", "RQ", .requeued), ("REQUEUE_FED", "RF", .requeued), ("REQUEUE_HOLD", "RH", .held),
        ("RESIZING", "RS", .ending), ("RESV_DEL_HOLD", "RD", .held), ("REVOKED", "RV", .elsewhere),
        ("SIGNALING", "SI", .ending), ("SPECIAL_EXIT", "SE", .held), ("STAGE_OUT", "SO", .ending),
        ("STOPPED", "ST", .paused), ("UPDATE_DB", nil, .ending),
    ]

    @Test func twelveStatesAndSeventeenFlagsAreKnownInBothSpellings() {
        #expect(Self.table.count == 29)
        #expect(Set(Self.table.map(\.0)) == Set(SlurmState.allCases.map(\.rawValue)))
        #expect(SlurmState.allCases.count(where: \.isBase) == 12)
        for (name, short, meaning) in Self.table {
            #expect(SlurmMeaning(of: name) == meaning, "\(name)")
            #expect(SlurmMeaning(of: name.lowercased()) == meaning, "\(name)")
            if let short { #expect(SlurmMeaning(of: short) == meaning, "\(short)") }
        }
    }

    @Test(arguments: ["", "NEW_STATE", "X", "RUNNING_FAST", "?", "+", "RUNNING+NEW_STATE"])
    func whatNobodyKnowsIsUndecided(words: String) {
        #expect(SlurmMeaning(of: words) == .undecided)
    }

    @Test func flagsOutrankStatesAndWhatFollowsAWordIsIgnored() {
        #expect(SlurmMeaning(of: "RUNNING+COMPLETING") == .ending)
        #expect(SlurmMeaning(of: "COMPLETING,CANCELLED") == .ending)
        #expect(SlurmMeaning(of: "PENDING+REQUEUE_HOLD") == .held)
        #expect(SlurmMeaning(of: "CANCELLED by 1000") == .over(.cancelled))
        #expect(SlurmMeaning(of: "COMPLETED+") == .over(.byItself))
    }

    /// As `squeue` and `scontrol` of Slurm 22.05 write them.
    @Test func whyAJobIsHeldInTheQueueIsInItsReason() {
        for reason in ["launch failed requeued held", "launch_failed_requeued_held", "JobHoldMaxRequeue"] {
            #expect(SlurmMeaning(of: "PENDING", reason: reason) == .givenUp, "\(reason)")
            #expect(SlurmMeaning(of: "REQUEUE_HOLD", reason: reason) == .givenUp, "\(reason)")
        }
        for reason in ["JobHeldUser", "JobHeldAdmin", "job requeued in held state"] {
            #expect(SlurmMeaning(of: "PENDING", reason: reason) == .held, "\(reason)")
        }
        for reason in ["", "None", "Resources", "Priority", "BeginTime", "Nodes required for job are DOWN"] {
            #expect(SlurmMeaning(of: "PENDING", reason: reason) == .queued, "\(reason)")
        }
        #expect(SlurmMeaning(of: "RUNNING", reason: "JobHeldUser") == .running)
    }

    @Test func linesOfSqueueAreReadWhateverTheReason() {
        #expect(
            SlurmJob(line: "12_3|podium-a-1|PENDING||(ReqNodeNotAvail, UnavailableNodes:n[1-3]|more)")
                == SlurmJob(
                    id: "12_3",
                    name: "podium-a-1",
                    task: 3,
                    state: "PENDING",
                    reason: "(ReqNodeNotAvail, UnavailableNodes:n[1-3]|more)"
                )
        )
        #expect(SlurmJob(line: "7|x|RUNNING|n1|None") == SlurmJob(id: "7", name: "x", state: "RUNNING", node: "n1"))
        #expect(SlurmJob(line: "slurm_load_jobs error: Unable to contact slurm controller") == nil)
        #expect(SlurmJob(line: "7|x|RUNNING") == nil)
    }

    @Test func whetherAPartitionRequeuesIsReadFromIt() {
        let line = "PartitionName=low AllowGroups=ALL Default=YES GraceTime=5 PreemptMode=REQUEUE State=UP"
        #expect(SlurmPartition(line: line) == SlurmPartition(name: "low", isDefault: true, requeues: true))
        #expect(SlurmPartition(line: "PartitionName=b Default=NO PreemptMode=CANCEL")?.requeues == false)
        #expect(SlurmPartition(line: "PartitionName=b PreemptMode=GANG,REQUEUE")?.requeues == true)
        #expect(SlurmPartition(line: "PartitionName=b PreemptMode=OFF")?.requeues == false)
        #expect(SlurmPartition(line: "No partitions in the system") == nil)
    }

    @Test func sbatchGetsWhatTheUserAskedForLastAndWordsAreQuoted() {
        var batch = SlurmBatch(
            name: "podium-a-1",
            tasks: 3,
            requeues: true,
            options: SlurmOptions(
                partition: "low",
                threads: 8,
                time: "4:00",
                memory: "16G",
                gres: "gpu:1",
                extra: ["-x"]
            ),
            command: ["/opt/it's/podium", "worker", "$HOME"],
            outputFolder: "/data/slurm"
        )
        #expect(
            batch.arguments == [
                "--parsable", "--job-name=podium-a-1", "--array=1-3", "--open-mode=append",
                "--output=/data/slurm/%A_%a.log", "--signal=B:USR1@180", "--requeue", "--export=ALL", "--ntasks=1",
                "--cpus-per-task=8", "--partition=low", "--time=4:00", "--mem=16G", "--gres=gpu:1", "-x", "--wrap",
                #"exec '/opt/it'\''s/podium' 'worker' '$HOME'"#,
            ]
        )
        batch.options.nodes = 2
        #expect(batch.arguments.contains("--ntasks=2") && !batch.arguments.contains("--ntasks=1"))
        #expect(batch.arguments.contains("--nodes=2") && batch.arguments.contains("--ntasks-per-node=1"))
        batch.requeues = false
        #expect(batch.arguments.contains("--no-requeue") && !batch.arguments.contains("--requeue"))
    }
}
