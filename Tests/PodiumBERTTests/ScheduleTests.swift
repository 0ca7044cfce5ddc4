import PodiumBERT
import Testing

@Suite struct ScheduleTests {
    @Test func theReleasesScheduleJumpsDownAfterWarmUp() {
        let schedule = LearningRateSchedule(shape: .bert2018, peak: 1, warmupProportion: 0.1)
        let rates = [0, 5, 9, 10, 50, 99].map { schedule.rate(step: $0, of: 100) }
        #expect(rates == [0, 0.5, 0.9, 0.9, 0.5, 1 - 0.99])
    }

    @Test func theLinearScheduleReachesItsPeakAndZero() {
        let schedule = LearningRateSchedule(shape: .linear, peak: 1, warmupProportion: 0.1)
        let rates = [0, 5, 10, 55, 100].map { schedule.rate(step: $0, of: 100) }
        #expect(rates == [0, 0.5, 1, 0.5, 0])
    }

    @Test func withoutWarmUpTheFirstStepIsAtThePeak() {
        for shape in LearningRateSchedule.Shape.allCases {
            let schedule = LearningRateSchedule(shape: shape, peak: 2, warmupProportion: 0)
            #expect(schedule.rate(step: 0, of: 10) == 2)
            #expect(schedule.rate(share: 0) == 2)
        }
    }

    @Test(arguments: LearningRateSchedule.Shape.allCases)
    func sharesOfTimeFollowTheStepsOfALongTraining(_ shape: LearningRateSchedule.Shape) {
        let schedule = LearningRateSchedule(shape: shape, peak: 3e-5, warmupProportion: 0.1)
        for step in stride(from: 0, through: 10_000, by: 500) {
            let byTime = schedule.rate(share: Double(step) / 10_000)
            #expect(abs(byTime - schedule.rate(step: step, of: 10_000)) < 1e-12)
        }
        #expect(schedule.rate(share: 1.5) == 0)
    }
}
