import PodiumCore
import Testing

struct FairShareTests {
    @Test func anEmptyQueueBeginsNow() {
        let share = FairShare(now: 1000)
        #expect(share.place(of: 0) == 1000)
        #expect(share.place(of: 3) == 1000 + 3 * FairShare.usualSeconds)
    }

    @Test func whoComesLaterStartsWhereTheQueueIs() {
        var share = FairShare(now: 10_000)
        share.head = 4000
        #expect(share.start == 4000)
        // Not behind the clock by more than the horizon, and not before it.
        share.head = -200_000
        #expect(share.start == 10_000 - FairShare.horizon)
        share.head = 50_000
        #expect(share.start == 10_000)
    }

    @Test func anAccountGoesOnBehindItsOwnRuns() {
        var share = FairShare(now: 10_000)
        share.head = 4000
        share.ownFinish = 7000
        #expect(share.start == 7000)
    }

    @Test func useCountsOnlyAgainstThoseWhoHaveUsedLess() {
        var share = FairShare(now: 10_000)
        share.used = 500
        #expect(share.start == 10_000)
        share.leastUsed = 200
        #expect(share.start == 10_300)
        share.leastUsed = 900
        #expect(share.start == 10_000)
    }

    @Test func useHalvesInADay() {
        #expect(abs(FairShare.decay(0) - 1) < 1e-15)
        #expect(abs(FairShare.decay(FairShare.halfLife) - 0.5) < 1e-15)
        #expect(abs(FairShare.decay(1.5 * FairShare.halfLife) - 0.353_553_390_593_273_8) < 1e-14)
        #expect(FairShare.decay(1e9) < 1e-100)
    }
}
