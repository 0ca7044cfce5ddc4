internal import Foundation
import PodiumData
import PodiumFiles

/// The official benchmark files, fetched from where their makers keep them into the layout that tasks read.
package struct DataLibrary: Sendable {
    package enum Collection: String, CaseIterable, Sendable {
        case glue, squad
    }

    /// Addresses, without a slash at their end.
    package struct Hosts: Sendable {
        package var glue = "https://dl.fbaipublicfiles.com/glue/data"
        /// MRPC's sentences, which GLUE has no licence to distribute.
        package var mrpc = "https://dl.fbaipublicfiles.com/senteval/senteval_data"
        package var squad = "https://rajpurkar.github.io/SQuAD-explorer/dataset"

        package init() {}
    }

    /// A fetched file and what is known of it.
    package struct Fetched: Sendable {
        package var path: String
        package var sha256: String
        /// Whether its bytes are known as the official ones; nil if nothing is known of the file.
        package var isOfficial: Bool?

        package init(path: String, sha256: String, isOfficial: Bool?) {
            self.path = path
            self.sha256 = sha256
            self.isOfficial = isOfficial
        }

        /// Digest, path and verdict.
        package var text: String {
            let verdict =
                switch isOfficial {
                case true: "official"
                case false: "not the official file"
                case nil: "no known digest"
                }
            return "\(sha256)  \(path)  \(verdict)"
        }
    }

    /// The folder that job files name as `data: {root: …}`.
    package let directory: String
    private let hosts: Hosts
    private let pauses: [Double]

    package init(directory: String, hosts: Hosts = Hosts(), pauses: [Double] = [0.5, 1, 2, 4]) {
        (self.directory, self.hosts, self.pauses) = (directory, hosts, pauses)
    }

    private static let archives = [
        ("CoLA", "CoLA.zip"), ("SST-2", "SST-2.zip"), ("QQP", "QQP-clean.zip"), ("STS-B", "STS-B.zip"),
        ("MNLI", "MNLI.zip"),
        ("QNLI", "QNLIv2.zip"), ("RTE", "RTE.zip"), ("WNLI", "WNLI.zip"),
    ]
    private static let squadFiles = ["train-v1.1.json", "dev-v1.1.json", "train-v2.0.json", "dev-v2.0.json"]

    /// Fetches what is not there yet.
    ///
    /// A file whose official digest is known and that has another one is refused; the digests of other files are reported.
    package func pull(_ collection: Collection, report: (String) -> Void) async throws -> [Fetched] {
        let folder = "\(directory)/\(collection.rawValue)"
        try make(folder)
        switch collection {
        case .squad:
            for name in Self.squadFiles where !exists("\(folder)/\(name)") {
                report("Fetching \(name) …")
                try download("\(hosts.squad)/\(name)", to: "\(folder)/\(name)", official: name)
            }
            return try Self.squadFiles.map { try fetched($0, in: folder) }
        case .glue:
            for (task, archive) in Self.archives where !exists("\(folder)/\(task)/train.tsv") {
                report("Fetching \(task) …")
                try await unpack("\(hosts.glue)/\(archive)", task: task, into: folder)
            }
            if !exists("\(folder)/MRPC/train.tsv") {
                report("Fetching MRPC …")
                try pullMRPC(into: folder)
            }
            if !exists("\(folder)/AX/diagnostic.tsv") {
                try make("\(folder)/AX")
                try download("\(hosts.glue)/AX.tsv", to: "\(folder)/AX/diagnostic.tsv", official: nil)
            }
            return try (Self.archives.map(\.0) + ["MRPC", "AX"]).flatMap { task in
                try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(task)").filter { $0.hasSuffix(".tsv") }
                    .sorted()
                    .map { try fetched("\(task)/\($0)", in: folder) }
            }
        }
    }

    private func fetched(_ name: String, in folder: String) throws -> Fetched {
        let path = "\(folder)/\(name)"
        let digest: String
        do { digest = try Digest.sha256(file: path) } catch { throw LibraryError(.fileSystem, error.message) }
        let official: Bool? =
            switch OfficialFiles.verdict(name: name, sha256: digest) {
            case .official: true
            case .modified: false
            case .unknown: nil
            }
        return Fetched(path: path, sha256: digest, isOfficial: official)
    }

    /// - Parameter official: the name whose digest the file must have, if one is known.
    private func download(_ address: String, to path: String, official: String?) throws {
        var download = Download(address: address)
        download.pauses = pauses
        let arrived = "\(path).arrived"
        try download.run(to: arrived) { _ in }
        if let official { try check(arrived, official, address) }
        guard rename(arrived, path) == 0 else {
            throw LibraryError(.fileSystem, "\(path): cannot rename into place: \(String(cString: strerror(errno)))")
        }
    }

    private func check(_ path: String, _ official: String, _ address: String) throws {
        let digest: String
        do { digest = try Digest.sha256(file: path) } catch { throw LibraryError(.fileSystem, error.message) }
        guard OfficialFiles.verdict(name: official, sha256: digest) != .modified else {
            unlink(path)
            throw LibraryError(
                .malformed,
                "\(address): \(official) has the SHA-256 \(digest), which is not the official file's; nothing was kept of it"
            )
        }
    }

    private func unpack(_ address: String, task: String, into folder: String) async throws {
        let work = "\(folder)/.\(task)"
        try? FileManager.default.removeItem(atPath: work)
        try make(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        try download(address, to: "\(work)/archive.zip", official: nil)
        try await PythonTool.run(
            ["-m", "zipfile", "-e", "\(work)/archive.zip", "\(work)/unpacked"],
            failing: "\(address): cannot be unpacked"
        )
        // The folder in the archive has the task's name, or another one (QQP-clean).
        let folders = ((try? FileManager.default.contentsOfDirectory(atPath: "\(work)/unpacked")) ?? []).sorted()
        guard let inner = folders.first(where: { exists("\(work)/unpacked/\($0)/train.tsv") }) else {
            throw LibraryError(.malformed, "\(address): the archive has no train.tsv")
        }
        let source = "\(work)/unpacked/\(inner)"
        for name in try FileManager.default.contentsOfDirectory(atPath: source) where name.hasSuffix(".tsv") {
            try check("\(source)/\(name)", "\(task)/\(name)", address)
        }
        try? FileManager.default.removeItem(atPath: "\(folder)/\(task)")
        try FileManager.default.moveItem(atPath: source, toPath: "\(folder)/\(task)")
    }

    // MARK: MRPC

    /// Splits MRPC's training sentences by the ids of the development set, as GLUE's own script does.
    private func pullMRPC(into folder: String) throws {
        let work = "\(folder)/.MRPC"
        try make(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        func lines(_ address: String) throws -> [[UInt8]] {
            let path = "\(work)/part"
            try download(address, to: path, official: nil)
            return try FileContent.read(path).split(separator: UInt8(ascii: "\n")).map { line in
                line.last == UInt8(ascii: "\r") ? Array(line.dropLast()) : Array(line)
            }
        }
        func fields(_ line: [UInt8], _ address: String) throws -> [ArraySlice<UInt8>] {
            let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            guard fields.count == 5 else {
                throw LibraryError(.malformed, "\(address): a row has \(fields.count) columns, not 5")
            }
            return fields
        }
        let ids = Set(try lines("\(hosts.glue)/mrpc_dev_ids.tsv"))
        let trainAddress = "\(hosts.mrpc)/msr_paraphrase_train.txt"
        let rows = try lines(trainAddress)
        guard let header = rows.first else { throw LibraryError(.malformed, "\(trainAddress): the file is empty") }
        var train = header + [UInt8(ascii: "\n")]
        var development = train
        for row in rows.dropFirst() {
            let columns = try fields(row, trainAddress)
            let isDevelopment = ids.contains(Array(columns[1]) + [UInt8(ascii: "\t")] + Array(columns[2]))
            if isDevelopment { development += row + [UInt8(ascii: "\n")] } else { train += row + [UInt8(ascii: "\n")] }
        }
        let testAddress = "\(hosts.mrpc)/msr_paraphrase_test.txt"
        var test = Array("index\t#1 ID\t#2 ID\t#1 String\t#2 String\n".utf8)
        for (index, row) in try lines(testAddress).dropFirst().enumerated() {
            test += "\(index)".utf8
            for column in try fields(row, testAddress).dropFirst() { test += [UInt8(ascii: "\t")] + column }
            test.append(UInt8(ascii: "\n"))
        }
        try make("\(work)/MRPC")
        for (name, bytes) in [("train.tsv", train), ("dev.tsv", development), ("test.tsv", test)] {
            let path = "\(work)/MRPC/\(name)"
            do {
                try AtomicFile.write(path) { (writer) throws(FileError) in try writer.append(bytes) }
            } catch {
                throw LibraryError(.fileSystem, "\(error)")
            }
            try check(path, "MRPC/\(name)", hosts.mrpc)
        }
        try? FileManager.default.removeItem(atPath: "\(folder)/MRPC")
        try FileManager.default.moveItem(atPath: "\(work)/MRPC", toPath: "\(folder)/MRPC")
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private func make(_ folder: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw LibraryError(.fileSystem, "cannot make \(folder): \(error.localizedDescription)")
        }
    }
}
