import PodiumCore
import PodiumScheduler
import Testing

/// The decisions about a pool, as a transcript: what is known, what Slurm lists, what follows.
@Suite
struct PilotPlanTests {
    let plan = PilotPlan(limit: 4, threads: 2, requeues: true)

    private func submission(
        tasks: Int = 1,
        job: String? = "7",
        age: Double = 10,
        seen: Double? = nil,
        states: [PilotTask] = [],
        workers: [PilotWorker] = []
    ) -> PilotSubmission {
        PilotSubmission(
            id: 1,
            pool: "default",
            name: "podium-default-x",
            queue: "cpu",
            threads: 2,
            tasks: tasks,
            intendedAt: 1000 - age,
            triedAt: 1000 - age,
            tries: 1,
            job: job,
            seenAt: seen.map { 1000 - $0 },
            states: states,
            workers: workers
        )
    }

    private func snapshot(
        _ submissions: [PilotSubmission] = [],
        waiting: Int = 0,
        fruitless: Int = 0,
        since: Double? = nil
    ) -> PilotSnapshot {
        PilotSnapshot(
            now: 1000,
            submissions: submissions,
            waitingThreads: waiting,
            waitingRuns: waiting,
            fruitless: fruitless,
            fruitlessSince: since
        )
    }

    private func job(_ state: String, task: Int = 1, reason: String = "") -> SlurmJob {
        SlurmJob(id: "7_\(task)", name: "podium-default-x", task: task, state: state, reason: reason)
    }

    private func worker(_ task: Int = 1, alive: Bool = true, runs: Int = 0) -> PilotWorker {
        PilotWorker(worker: WorkerID(rawValue: 5), task: task, isAlive: alive, runs: runs)
    }

    @Test func pilotsAreAddedForWhatWaitsUpToTheLimit() {
        #expect(plan.decide(snapshot(), listing: []) == [])
        #expect(plan.decide(snapshot(waiting: 1), listing: []) == [.add(tasks: 1)])
        #expect(plan.decide(snapshot(waiting: 3), listing: []) == [.add(tasks: 2)])
        #expect(plan.decide(snapshot(waiting: 1000), listing: []) == [.add(tasks: 4)])
        // Pilots of one run each: one for every run.
        let single = PilotPlan(limit: 4, threads: 2, requeues: true, runs: 1)
        #expect(single.decide(snapshot(waiting: 3), listing: []) == [.add(tasks: 3)])
    }

    @Test func nothingIsDoneWhileSlurmDoesNotAnswer() {
        #expect(plan.decide(snapshot([submission(age: 9999)], waiting: 100), listing: nil) == [])
    }

    @Test func idleAndWaitingPilotsCountForWhatWaits() {
        let queued = submission(
            tasks: 2,
            seen: 1,
            states: [PilotTask(task: 1, state: "PENDING"), PilotTask(task: 2, state: "PENDING")]
        )
        let listing = [job("PENDING"), job("PENDING", task: 2)]
        #expect(plan.decide(snapshot([queued], waiting: 4), listing: listing) == [])
        #expect(plan.decide(snapshot([queued], waiting: 5), listing: listing) == [.add(tasks: 1)])
        let busy = submission(
            tasks: 1,
            seen: 1,
            states: [PilotTask(task: 1, state: "RUNNING")],
            workers: [worker(runs: 1)]
        )
        #expect(plan.decide(snapshot([busy], waiting: 2), listing: [job("RUNNING")]) == [.add(tasks: 1)])
    }

    @Test func aSubmissionWhoseAnswerWasLostIsFoundByItsName() {
        let lost = submission(job: nil)
        #expect(
            plan.decide(snapshot([lost]), listing: [job("PENDING", reason: "Priority")]) == [
                .note(.accepted(job: "7"), submission: 1),
                .note(.seen([PilotTask(task: 1, state: "PENDING", reason: "Priority")]), submission: 1),
            ]
        )
    }

    @Test func aSubmissionThatSlurmHasNotGotIsHandedInAgainOnlyWhenItCanNoLongerBeHidden() {
        #expect(plan.decide(snapshot([submission(job: nil, age: 59)], waiting: 2), listing: []) == [])
        let old = submission(job: nil, age: 61)
        #expect(plan.decide(snapshot([old], waiting: 2), listing: []) == [.submit(old)])
        // A worker came of it: Slurm had it.
        let worked = submission(job: nil, age: 9999, workers: [worker(alive: true)])
        #expect(plan.decide(snapshot([worked]), listing: []) == [])
    }

    @Test func absentIsUndecidedUntilNothingWasHeardForLong() {
        #expect(plan.decide(snapshot([submission(age: 100)], waiting: 2), listing: []) == [])
        #expect(plan.decide(snapshot([submission(age: 500, seen: 119)], waiting: 2), listing: []) == [])
        #expect(
            plan.decide(snapshot([submission(age: 500, seen: 121)]), listing: []) == [
                .note(.ended(reason: "1 no longer listed"), submission: 1)
            ]
        )
    }

    @Test(arguments: ["COMPLETED", "FAILED", "TIMEOUT", "NODE_FAIL", "CANCELLED", "OUT_OF_MEMORY", "BOOT_FAIL"])
    func aLeaseThatHoldsOutranksWhatSlurmSays(state: String) {
        let states = [PilotTask(task: 1, state: state)]
        let alive = submission(seen: 1, states: states, workers: [worker(runs: 1)])
        #expect(plan.decide(snapshot([alive]), listing: [job(state)]) == [])
        let dead = submission(seen: 1, states: states, workers: [worker(alive: false)])
        #expect(
            plan.decide(snapshot([dead]), listing: [job(state)]) == [.note(.ended(reason: "1 \(state)"), submission: 1)]
        )
    }

    @Test(arguments: ["PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "REQUEUED", "STOPPED", "REVOKED", "NEW_STATE"])
    func whatIsNotOverKeepsItsPlace(state: String) {
        let there = submission(seen: 1, states: [PilotTask(task: 1, state: state)])
        #expect(plan.decide(snapshot([there], waiting: 2), listing: [job(state)]) == [])
    }

    @Test func preemptedPilotsComeBackWhereThePartitionRequeues() {
        let there = submission(seen: 1, states: [PilotTask(task: 1, state: "PREEMPTED")])
        #expect(plan.decide(snapshot([there]), listing: [job("PREEMPTED")]) == [])
        let cancelling = PilotPlan(limit: 4, threads: 2, requeues: false)
        #expect(
            cancelling.decide(snapshot([there]), listing: [job("PREEMPTED")]) == [
                .note(.ended(reason: "1 PREEMPTED"), submission: 1)
            ]
        )
    }

    @Test func aHeldPilotIsForAPersonToRelease() {
        let there = submission(seen: 1, states: [PilotTask(task: 1, state: "REQUEUE_HOLD")])
        let actions = plan.decide(snapshot([there], waiting: 2), listing: [job("REQUEUE_HOLD")])
        #expect(
            actions == [
                .tell("pilot podium-default-x number 1 is held by Slurm (REQUEUE_HOLD): scontrol release 7_1")
            ]
        )
        // In the queue only the reason tells.
        let queued = submission(seen: 1, states: [PilotTask(task: 1, state: "PENDING", reason: "JobHeldUser")])
        #expect(
            plan.decide(snapshot([queued], waiting: 2), listing: [job("PENDING", reason: "JobHeldUser")]) == [
                .tell("pilot podium-default-x number 1 is held by Slurm (JobHeldUser): scontrol release 7_1")
            ]
        )
    }

    @Test(arguments: ["launch failed requeued held", "JobHoldMaxRequeue"])
    func aPilotThatSlurmCouldNotStartMakesWayForAnother(reason: String) {
        let states = [PilotTask(task: 1, state: "PENDING", reason: reason)]
        let listing = [job("PENDING", reason: reason)]
        #expect(
            plan.decide(snapshot([submission(seen: 1, states: states)], waiting: 2), listing: listing) == [
                .cancel(job: "7_1"), .add(tasks: 1),
            ]
        )
        // Its first start lives on: it was requeued because its node's daemon did not answer.
        let alive = submission(seen: 1, states: states, workers: [worker(runs: 1)])
        #expect(plan.decide(snapshot([alive]), listing: listing) == [])
    }

    @Test func anArrayIsOverWhenAllItsPilotsAre() {
        let states = [PilotTask(task: 1, state: "COMPLETED"), PilotTask(task: 2, state: "RUNNING")]
        let half = submission(tasks: 2, seen: 1, states: states)
        #expect(plan.decide(snapshot([half]), listing: [job("COMPLETED"), job("RUNNING", task: 2)]) == [])
        // One pilot has left the list since.
        #expect(
            plan.decide(snapshot([half]), listing: [job("TIMEOUT", task: 2)]).contains(
                .note(.ended(reason: "1 COMPLETED, 1 TIMEOUT"), submission: 1)
            )
        )
    }

    @Test func submissionsThatStartNoWorkerAreRepeatedEverMoreSlowly() {
        #expect([0, 1, 2, 3, 6, 20].map(PilotPlan.pause) == [0, 30, 60, 120, 600, 600])
        let early = plan.decide(snapshot(waiting: 2, fruitless: 2, since: 950), listing: [])
        guard case .tell(let text)? = early.first, early.count == 1 else {
            Issue.record("\(early)")
            return
        }
        #expect(text.hasPrefix("the last 2 submission(s) started no worker; the next one waits 10 s"))
        #expect(plan.decide(snapshot(waiting: 2, fruitless: 2, since: 930), listing: []) == [.add(tasks: 1)])
    }
}
