import PodiumWeb
import Testing

@Suite struct RankingAgeTests {
    @Test func whatTakesLongIsShownForAWhileAndNeverOfASuiteThatIsOver() {
        #expect(RankingAge.isRecent(took: .seconds(5), age: .seconds(44), isOver: false))
        #expect(!RankingAge.isRecent(took: .seconds(5), age: .seconds(46), isOver: false))
        #expect(!RankingAge.isRecent(took: .seconds(5), age: .seconds(1), isOver: true))
        #expect(!RankingAge.isRecent(took: .milliseconds(200), age: .milliseconds(1), isOver: false))
    }
}
