internal import Foundation
internal import PodiumFiles

/// Compiled programs on disk, by everything that decides what the compiler makes: program, options, plug-in, devices.
struct ExecutableCache {
    let folder: String
    private let identity: String

    init(folder: String, client: Client) {
        self.folder = folder
        let attributes = try? FileManager.default.attributesOfItem(atPath: client.plugin.path)
        let size = (attributes?[.size] as? NSNumber)?.intValue ?? 0
        let version = client.plugin.version
        identity = [
            client.platformName, client.platformVersion, client.deviceKind, "\(version.major).\(version.minor)",
            "\(size)", ExecutableCache.processor,
        ].joined(separator: "\n")
    }

    /// The processor that CPU plug-ins compile for: their programs may not run on an older one.
    private static let processor: String = {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n")
        let wanted = ["model name", "flags", "Features", "CPU part"]
        return wanted.compactMap { key in lines.first { $0.hasPrefix(key) } }.joined(separator: "\n")
    }()

    private func path(_ program: String, _ options: CompileOptions) -> String {
        var digest = SHA256()
        for part in [identity, "\(options.encoded)", program] {
            digest.update(part)
            digest.update([0])
        }
        let name = Digest.hexadecimal(digest.finalize())
        return "\(folder)/\(name).pjrt"
    }

    /// The program's compiled bytes, if they are there.
    func read(_ program: String, _ options: CompileOptions) -> [UInt8]? {
        try? FileContent.read(path(program, options))
    }

    /// Keeps compiled bytes; a cache that cannot be written is no reason to stop.
    func write(_ bytes: [UInt8], _ program: String, _ options: CompileOptions) {
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = try? AtomicFile.write(bytes, to: path(program, options))
    }

    /// Forgets a program that cannot be loaded.
    func remove(_ program: String, _ options: CompileOptions) {
        try? FileManager.default.removeItem(atPath: path(program, options))
    }
}
