internal import Foundation
import PodiumFiles

/// A model of the 2018 release or its later additions, by the name of its zip.
struct ReleaseModel {
    let name: String
    private let folder: String
    var host: String
    var http = HTTP()
    var pauses = [0.5, 1, 2, 4]

    static let host = "https://storage.googleapis.com/bert_models"

    /// The folder of the release that a name is in.
    private static func folder(of name: String) -> String? {
        switch name {
        case "uncased_L-12_H-768_A-12", "uncased_L-24_H-1024_A-16", "cased_L-12_H-768_A-12", "cased_L-24_H-1024_A-16":
            "2018_10_18"
        case "multilingual_L-12_H-768_A-12", "chinese_L-12_H-768_A-12": "2018_11_03"
        case "multi_cased_L-12_H-768_A-12": "2018_11_23"
        case "wwm_uncased_L-24_H-1024_A-16", "wwm_cased_L-24_H-1024_A-16": "2019_05_30"
        default: small.contains(name) ? "2020_02_20" : nil
        }
    }

    /// The 23 smaller models.
    private static let small: Set<String> = Set(
        [2, 4, 6, 8, 10, 12].flatMap { layers in
            [128, 256, 512, 768].map { "uncased_L-\(layers)_H-\($0)_A-\($0 / 64)" }
        }
    )

    /// Nil if the release has no such name.
    init?(_ name: String, host: String = ReleaseModel.host) {
        guard let folder = Self.folder(of: name) else { return nil }
        (self.name, self.folder, self.host) = (name, folder, host)
    }

    /// The files of a model, in whatever folder of the archive.
    private static let files = [
        "bert_config.json", "vocab.txt", "bert_model.ckpt.index", "bert_model.ckpt.data-00000-of-00001",
    ]

    /// Fetches the model's files into an existing folder.
    ///
    /// - Parameter unzip: unpacks an archive into a folder.
    func fetch(into target: String, unzip: (String, String) async throws -> Void, report: (String) -> Void) async throws
    {
        let address = "\(host)/\(folder)/\(name).zip"
        report("Fetching \(name) of the 2018 release …")
        let archive = "\(target)/\(name).zip"
        try download(address, to: archive, report)
        let unpacked = "\(target)/unpacked"
        try? FileManager.default.removeItem(atPath: unpacked)
        try await unzip(archive, unpacked)
        for file in Self.files {
            let places = ["\(unpacked)/\(name)/\(file)", "\(unpacked)/\(file)"]
            guard let place = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
                throw LibraryError(.malformed, "\(address): the archive has no \(file)")
            }
            try? FileManager.default.removeItem(atPath: "\(target)/\(file)")
            try FileManager.default.moveItem(atPath: place, toPath: "\(target)/\(file)")
        }
        // The release says by the name alone whether a model is cased.
        let isCased = name.hasPrefix("cased") || name.contains("_cased")
        let text = "{\"do_lower_case\": \(!isCased)}\n"
        do {
            try AtomicFile.write("\(target)/tokenizer_config.json") { (writer) throws(FileError) in
                try writer.append(Array(text.utf8))
            }
        } catch {
            throw LibraryError(.fileSystem, "\(error)")
        }
        try? FileManager.default.removeItem(atPath: unpacked)
        try? FileManager.default.removeItem(atPath: archive)
    }

    private func download(_ address: String, to path: String, _ report: (String) -> Void) throws {
        var head: HTTP.Response?
        for pause in pauses + [0] {
            do {
                head = try http.request(address, isHead: true)
                break
            } catch let broken as HTTP.Broken {
                guard pause > 0 else {
                    throw LibraryError(
                        .unreachable,
                        "\(address): \(broken.reason); without a network, unpack the archive somewhere and name its folder"
                    )
                }
                Thread.sleep(forTimeInterval: pause)
            }
        }
        guard let head, head.status == 200 else {
            throw LibraryError(.unreachable, "\(address): the host answers \(head?.status ?? 0)")
        }
        // The host names a digest of every object: `crc32c=…` and `md5=…`, in Base64.
        let marks = (head.headers["x-goog-hash"] ?? "").split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard let mark = marks.first(where: { $0.hasPrefix("md5=") }),
            let digest = Data(base64Encoded: String(mark.dropFirst(4)))
        else {
            throw LibraryError(
                .malformed,
                "\(address): the host names no digest of the file, so that it could not be verified"
            )
        }
        var download = Download(
            address: address,
            size: head.headers["content-length"].flatMap { Int($0) },
            identity: .md5(Digest.hexadecimal(digest))
        )
        (download.http, download.pauses) = (http, pauses)
        let size = download.size ?? 0
        var shown = 0
        try download.run(to: path) { there in
            guard size > 1 << 22, there * 10 / size > shown else { return }
            shown = there * 10 / size
            report("\(name).zip: \(shown * 10) % of \(size >> 20) MiB")
        }
    }
}
