import PodiumCore
import PodiumEval
import Testing
import PodiumFiles

@Suite struct MetricTests {
    struct File: Decodable {
        var seed: Int
        var vectors: [Vector]
    }

    struct Vector: Decodable {
        var metric: String
        var gold: [Double]
        var pred: [Double]
        var value: Double?
    }

    @Test func metricsEqualScikitLearnAndSciPy() throws {
        let file = try Fixtures.decode(File.self, from: "metric-vectors.json")
        for (index, vector) in file.vectors.enumerated() {
            let found = Self.compute(vector)
            let place = "seed \(file.seed), vector \(index): \(vector)"
            guard let expected = vector.value else {
                #expect(found.value == nil && found.reason != nil, "\(place)")
                continue
            }
            let value = try #require(found.value, "\(place)")
            #expect(abs(value - expected) <= 1e-12, "\(place): \(value)")
        }
    }

    private static func compute(_ vector: Vector) -> MetricValue {
        let gold = vector.gold.map { Int($0) }
        switch vector.metric {
        case "pearson": return Correlation.pearson(vector.gold, vector.pred)
        case "spearman": return Correlation.spearman(vector.gold, vector.pred)
        default:
            let predicted = vector.pred.map { Int($0) }
            let counts = ConfusionMatrix(classes: 3, gold: gold, predicted: predicted)
            switch vector.metric {
            case "accuracy": return counts.accuracy
            case "f1": return counts.f1(positive: 1)
            default: return counts.matthews
            }
        }
    }

    struct CorrelationVector: Decodable {
        var name: String
        var x: [Double]
        var y: [Double]
        var pearson: Double
        var spearman: Double
    }

    /// Against 60 digits: offsets, scales and ties cost nothing beyond the last digit.
    @Test func correlationsAreExactToTheLastDigits() throws {
        for vector in try Fixtures.decode([CorrelationVector].self, from: "correlation-vectors.json") {
            let pearson = try #require(Correlation.pearson(vector.x, vector.y).value)
            let spearman = try #require(Correlation.spearman(vector.x, vector.y).value)
            #expect(abs(pearson - vector.pearson) <= 0x1p-51, "\(vector.name): \(pearson) for \(vector.pearson)")
            #expect(abs(spearman - vector.spearman) <= 0x1p-51, "\(vector.name)")
        }
    }

    @Test func constantPredictionsGiveAReasonInsteadOfANumber() {
        let value = Correlation.pearson([1, 2, 3], [2, 2, 2])
        #expect(value == .undefined(reason: "all predictions are the same"))
        #expect(value.json == .null)
        #expect(MetricValue.mean([.value(1), value]) == value)
    }

    @Test func tiesShareTheMeanRankAndTheShortcutFormulaIsNotUsed() {
        #expect(Correlation.averageRanks([1, 3, 2, 2, 5]) == [1, 4, 2.5, 2.5, 5])
        let rho = Correlation.spearman([1, 2, 2, 3, 4], [1, 3, 2, 2, 5]).value
        #expect(rho == 0.7631578947368421)
        #expect(rho != 0.775 && rho != 0.7)
    }

    @Test func correlationIsOverTheWholeSetNotAMeanOfBatches() throws {
        let whole = try #require(Correlation.pearson([0, 1, 2, 3, 4, 5], [3, 4, 5, 0, 1, 2]).value)
        #expect(abs(whole + 0.5428571428571428) < 1e-15)
    }

    @Test func clippingAndRoundingChangeCorrelations() throws {
        let gold: [Double] = [0, 1, 2, 3, 4, 5]
        let raw = try #require(Correlation.pearson(gold, [-3, 1, 2, 3, 4, 9]).value)
        #expect(abs(raw - 0.951405493884234) < 1e-12)
        #expect(Correlation.spearman(gold, [-3, -1, 2, 3, 6, 9]).value == 1)
        let clipped = try #require(Correlation.spearman(gold, [0, 0, 2, 3, 5, 5]).value)
        #expect(abs(clipped - 0.9710083124552245) < 1e-12)
        let rounded = try #require(Correlation.spearman(gold, [0, 0, 0, 3, 4, 5]).value)
        #expect(abs(rounded - 0.9411239481143202) < 1e-12)
    }

    @Test func f1RecallCountsGoldPositivesNotPredictedOnes() {
        let counts = ConfusionMatrix(classes: 2, gold: [1, 1, 0, 0], predicted: [1, 0, 0, 0])
        #expect(counts.f1(positive: 1).value == 0.6666666666666666)
    }

    @Test func hugeAndTinyValuesKeepTheirCorrelation() throws {
        let large = try #require(Correlation.pearson([1, 2, 3], [1e200, 2e200, 3e200]).value)
        #expect(abs(large - 1) < 1e-12)
        let small = try #require(Correlation.pearson([1, 2, 3], [1e-200, 2e-200, 3e-200]).value)
        #expect(abs(small - 1) < 1e-12)
        #expect(Correlation.pearson([1, 2], [.infinity, 1]).reason == "not all predictions are finite")
    }
}
