import PodiumBERT
import Testing

struct ModelInspectionTests {
    @Test func theTextHasEveryFileAndTensorOnALine() throws {
        let inspection = try ModelInspection(path: Fixture.tinyModel)
        let lines = inspection.text.split(separator: "\n")
        #expect(lines[0].hasPrefix("\(Fixture.tinyModel): \(inspection.configuration.summary), "))
        #expect(lines[1].hasPrefix("\(inspection.parameters) numbers in \(inspection.tensors.count) tensors"))
        for file in inspection.files {
            #expect(lines.contains { $0.hasPrefix(file.name) && $0.hasSuffix("\(file.bytes)  \(file.sha256)") })
        }
        for tensor in inspection.tensors {
            let shape = tensor.shape.map(String.init).joined(separator: " × ")
            #expect(lines.contains { $0.hasPrefix(tensor.name) && $0.contains(" \(shape) ") }, "\(tensor.name)")
        }
        #expect(lines.contains { $0.hasPrefix("problem") && $0.hasSuffix("none stated") })
    }
}
