import PodiumGraph
import Testing

@Suite struct GeneratorTests {
    @Test func numbersAreAFunctionOfSeedPurposeAndIndex() {
        func first(_ seed: UInt64, _ purpose: String, _ index: UInt64) -> [UInt64] {
            var generator = Generator(seed: seed, purpose: purpose, index: index)
            return (0..<5).map { _ in generator.next() }
        }
        let all = [first(1, "a", 0), first(1, "a", 1), first(1, "b", 0), first(2, "a", 0), first(1 << 40, "a", 0)]
        #expect(Set(all).count == all.count)
        #expect(first(1, "a", 0) == all[0])
    }

    /// Runs made before must come out the same again.
    @Test func numbersStayWhatTheyWere() {
        var generator = Generator(seed: 1, purpose: "order", index: 2)
        let numbers = (0..<3).map { _ in generator.next() }
        #expect(numbers == [16_047_629_661_287_990_493, 15_004_645_205_630_938_446, 17_854_841_715_564_873_642])
    }

    @Test func permutationsHoldEveryNumberOnce() {
        var generator = Generator(seed: 3, purpose: "order")
        for count in [0, 1, 2, 100] {
            #expect(generator.permutation(count).sorted() == (0..<Int32(count)).map { $0 })
        }
    }

    @Test func uniformNumbersFillTheirRange() {
        var generator = Generator(seed: 4, purpose: "uniform")
        let values = (0..<20_000).map { _ in generator.uniform() }
        let mean = values.reduce(0, +) / Double(values.count)
        #expect(abs(mean - 0.5) < 0.01)
        #expect(values.allSatisfy { (0..<1).contains($0) })
        var counts = [0, 0, 0]
        for _ in 0..<30_000 { counts[generator.index(below: 3)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
    }
}
