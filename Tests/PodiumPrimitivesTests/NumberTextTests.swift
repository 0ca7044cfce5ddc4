import PodiumPrimitives
import Testing

@Suite("Numbers as text") struct NumberTextTests {
    @Test(arguments: [
        (0.5, 0, "1"), (2.5, 0, "3"), (-0.04, 1, "0.0"), (-0.05, 1, "-0.1"), (84.306, 2, "84.31"), (0, 3, "0.000"),
        (1e18, 4, "1e+18"), (.infinity, 2, "inf"), (.nan, 2, "nan"),
    ])
    func fixedNotation(value: Double, digits: Int, text: String) {
        #expect(NumberText.fixed(value, digits: digits) == text)
    }

    @Test(arguments: [
        (0.0, "< 0.0001"), (0.00009, "< 0.0001"), (0.0001, "= 0.0001"), (0.0312, "= 0.0312"), (0.99996, "= 1"),
        (1.0, "= 1"),
    ])
    func pValuesAreNeverZero(p: Double, text: String) {
        #expect(NumberText.pValue(p) == text)
    }

    @Test(arguments: [
        (0.2, "0:00"), (-5, "0:00"), (7, "0:07"), (750, "12:30"), (11_100, "3:05:00"),
        (.infinity, "277777777777:46:40"),
        (.nan, "0:00"),
    ])
    func clocks(seconds: Double, text: String) {
        #expect(NumberText.clock(seconds) == text)
    }

    @Test func countsAgreeWithTheirNouns() {
        #expect(NumberText.count(1, "question") == "1 question")
        #expect(NumberText.count(0, "question") == "0 questions")
        #expect(NumberText.count(12_345, "entry", "entries") == "12,345 entries")
        #expect(ShortList.text(["a", "b", "c"], limit: 2) == "a, b and 1 more")
    }

    @Test func whatCouldSteerATerminalIsTakenOut() {
        #expect(TerminalText.safe("a\u{1B}[2Jb\nc") == "a\u{FFFD}[2Jb\u{FFFD}c")
        #expect(TerminalText.safeLines("a\tb\nc\u{9B}\u{202E}") == "a\tb\nc\u{FFFD}\u{FFFD}")
        var table = TextTable([("NAME", .left), ("N", .right)])
        table.add(["東京\u{7}", "1"])
        table.add(["x", "12"])
        #expect(table.rendered() == "NAME    N\n東京\u{FFFD}   1\nx      12")
    }
}
