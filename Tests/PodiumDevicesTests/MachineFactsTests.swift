import PodiumDevices
import Testing

struct MachineFactsTests {
    @Test func theFirstLineOfAKeyCounts() {
        let processors = "processor\t: 0\nmodel name\t: Zen 5 @ 3: GHz\n\nprocessor\t: 1\nmodel name\t: other\n"
        #expect(MachineFacts.value(of: "model name", in: processors, separator: ":") == "Zen 5 @ 3: GHz")
        #expect(MachineFacts.value(of: "model", in: processors, separator: ":") == nil)
    }

    @Test func quotesAreNoPartOfAValue() {
        let release = "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
        let value = MachineFacts.value(of: "PRETTY_NAME", in: release, separator: "=")
        #expect(value == "Debian GNU/Linux 12 (bookworm)")
    }

    @Test func thisProcessHasCoresAndMemory() {
        #expect(MachineFacts().cores > 0)
        #expect(MachineFacts.peakMemory() > 0x1p20)
    }
}
