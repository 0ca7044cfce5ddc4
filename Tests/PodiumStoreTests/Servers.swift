import FoundationEssentials
import Glibc
import PodiumStore
import Synchronization

/// A TCP listener on a free port that never says a word.
final class SilentListener: Sendable {
    private let descriptor: Int32
    let port: UInt16

    struct Failure: Error {}

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let size = length
        let bound = withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!
            return bind(descriptor, pointer, size) == 0 && listen(descriptor, 8) == 0
                && getsockname(descriptor, pointer, &length) == 0
        }
        guard bound else { throw Failure() }
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}

/// A data directory of its own for one test, gone with the test.
struct ScratchDirectory: ~Copyable {
    let path: String

    init(_ name: String = "", parent: String = "/tmp") throws {
        var template = Array("\(parent)/podium-scratch\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SilentListener.Failure() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        chmod(path, 0o755)
    }

    deinit {
        if let server = Cluster.serverProcess(dataDirectory: path) {
            kill(server, SIGQUIT)
            for _ in 0..<300 where kill(server, 0) == 0 { usleep(10_000) }
        }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Options for a fast server here.
    var options: ClusterOptions {
        var options = ClusterOptions(dataDirectory: path)
        options.isDurable = false
        return options
    }
}

/// A number that several tasks raise.
final class Counter: Sendable {
    private let number = Atomic(0)
    var value: Int { number.load(ordering: .relaxed) }
    func add() { number.add(1, ordering: .relaxed) }
}
