import Foundation
import PodiumCore
import PodiumData
import PodiumPretraining
import PodiumSample
import Testing

@Suite("The sample on disk")
struct SampleWritingTests {
    /// A folder of its own that goes when the test is over.
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sample-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    /// When this fails the sample has changed: give the version the digest that the failure shows.
    @Test func theVersionNamesTheContentOnEveryMachine() {
        #expect(Sample.version == "1-\(Sample.digest(of: SampleLayoutTests.files).hexadecimal)")
    }

    @Test func generatingTwiceGivesTheSameBytes() {
        #expect(Sample().files() == SampleLayoutTests.files)
    }

    @Test func anotherSeedGivesAnotherSample() {
        #expect(Sample(seed: 7).files() != SampleLayoutTests.files)
    }

    @Test func theDirectoryIsReadAsADataRoot() throws {
        try withFolder { folder in
            let target = folder + "/sample"
            try Sample().write(to: target)
            for task in BenchmarkTask.glue + [.squadV1] {
                for split in [.train] + DataRoot.evaluationSplits(of: task) {
                    #expect(try !DataRoot(path: target).read(task: task, split: split).bytes.isEmpty)
                }
            }
            let texts = SampleLayoutTests.files.map(\.path).filter { $0.hasPrefix("text/") }
            let scan = try CorpusScan(files: texts.map { "\(target)/\($0)" }, countingWords: nil)
            #expect(scan.documents > 3000)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["sample"])
        }
    }

    @Test func aFinishedSampleIsLeftAsItIs() throws {
        try withFolder { folder in
            let target = folder + "/sample"
            try Sample().write(to: target)
            let before = try FileManager.default.attributesOfItem(atPath: target)[.systemFileNumber] as? UInt64
            try Sample().write(to: target)
            let after = try FileManager.default.attributesOfItem(atPath: target)[.systemFileNumber] as? UInt64
            #expect(before == after)
        }
    }

    @Test func somebodyElsesDirectoryIsNotTouched() throws {
        try withFolder { folder in
            try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/notes"))
            let error = #expect(throws: SampleError.self) { try Sample().write(to: folder) }
            #expect(error?.code == .occupied)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["notes"])
        }
    }

    @Test func aPlaceThatCannotBeWrittenIsAnError() throws {
        try withFolder { folder in
            try Data().write(to: URL(fileURLWithPath: folder + "/file"))
            let error = #expect(throws: SampleError.self) { try Sample().write(to: folder + "/file/sample") }
            #expect(error?.code == .unwritable)
        }
    }
}
