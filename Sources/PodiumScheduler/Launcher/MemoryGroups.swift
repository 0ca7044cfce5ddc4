internal import Foundation
internal import Glibc
internal import Synchronization

/// Control groups (version 2) that hold engines to their memory, where the machine lets this process make any.
///
/// A group may have children that are limited or processes of its own, not both: the first time one is made, all processes of
/// this one's group move into a child beside those of engines. That is done only to a group that is this program's own.
package final class MemoryGroups: Sendable {
    /// How folders of the hierarchy come and go; the kernel fills those that are made.
    package struct FileSystem: Sendable {
        /// `mkdir`: 0, or -1 with `errno` set.
        package var make: @Sendable (String) -> Int32
        /// `rmdir`, likewise.
        package var remove: @Sendable (String) -> Int32

        package init(
            make: @escaping @Sendable (String) -> Int32 = { mkdir($0, 0o755) },
            remove: @escaping @Sendable (String) -> Int32 = { rmdir($0) }
        ) {
            self.make = make
            self.remove = remove
        }
    }

    /// Why no group can be made, in words.
    package struct Unavailable: Error, Equatable {
        package let reason: String
    }

    /// The group of one engine.
    package struct Group: Sendable {
        package let path: String
        fileprivate let files: FileSystem

        /// A process that writes its number there is in the group, and so is all that it starts.
        package var processes: String { path + "/cgroup.procs" }

        /// What shows that the kernel killed something in the group for memory; nil when nothing does.
        package func evidence() -> String? {
            let file = path + "/memory.events"
            guard let kills = MemoryWatch.kills(file), kills > 0 else { return nil }
            return "oom_kill in \(file) is \(kills), limit \(MemoryGroups.words(path + "/memory.max")?.first ?? "?")"
        }

        /// Ends whatever is left in it, and removes it.
        package func remove() async {
            try? MemoryGroups.write("1", to: path + "/cgroup.kill")
            // The kernel lets go of processes a moment after they are dead.
            for _ in 0..<100 {
                guard files.remove(path) != 0, errno == EBUSY else { return }
                try? await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    private let root: String
    private let own: String?
    private let files: FileSystem
    private let isOwnUnit: Bool
    private let prepared = Mutex<Result<String, Unavailable>?>(nil)

    /// The child for processes that are no engines.
    private static let others = "podium"

    /// - Parameters:
    ///   - root: where the hierarchy is mounted.
    ///   - membership: `/proc/self/cgroup`.
    ///   - isOwnUnit: whether systemd started this process as the main one of a unit, whose group is then its own.
    package init(
        root: String = "/sys/fs/cgroup",
        membership: String? = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8),
        isOwnUnit: Bool = false,
        files: FileSystem = FileSystem()
    ) {
        self.root = root
        self.isOwnUnit = isOwnUnit
        self.files = files
        own = (membership ?? "").split(separator: "\n").first { $0.hasPrefix("0::/") }.map { String($0.dropFirst(3)) }
    }

    /// Why engines cannot be held to their memory by the kernel; nil where they can.
    ///
    /// Changes nothing.
    package var obstacle: String? {
        do throws(Unavailable) {
            _ = try base()
            return nil
        } catch { return error.reason }
    }

    /// Makes a group with a limit.
    package func make(_ name: String, bytes: Int64) throws(Unavailable) -> Group {
        let base = try prepared.withLock { known in
            if let known { return known }
            let result = Result { () throws(Unavailable) in try prepare() }
            known = result
            return result
        }.get()
        let group = Group(path: "\(base)/\(name)", files: files)
        // An earlier worker may have died before it removed it; its engine has died with it.
        if files.make(group.path) != 0, errno != EEXIST {
            throw Unavailable(reason: "\(group.path) cannot be made: \(String(cString: strerror(errno)))")
        }
        do throws(Unavailable) {
            try Self.write("\(bytes)", to: group.path + "/memory.max")
        } catch {
            _ = files.remove(group.path)
            throw error
        }
        // What these say is not needed everywhere: no swap beside the memory, and one end for all processes of an engine.
        for (file, value) in [("memory.swap.max", "0"), ("memory.oom.group", "1")] {
            try? Self.write(value, to: "\(group.path)/\(file)")
        }
        return group
    }

    /// The group below which engines get theirs, if this process may make any.
    private func base() throws(Unavailable) -> String {
        guard let own else { throw Unavailable(reason: "this process is in no control group of version 2") }
        guard !own.split(separator: "/").contains("..") else {
            throw Unavailable(reason: "this process's control group, \(own), lies outside of what it can see")
        }
        var base = own == "/" ? root : root + own
        // Another worker of the same unit has moved all of its processes before.
        if base.hasSuffix("/" + Self.others) { base.removeLast(Self.others.utf8.count + 1) }
        guard let controllers = Self.words(base + "/cgroup.controllers") else {
            throw Unavailable(reason: "\(base) is no control group of version 2")
        }
        guard controllers.contains("memory") else {
            throw Unavailable(
                reason: "\(base) does not control memory (its controllers: \(controllers.joined(separator: ", ")))"
            )
        }
        for file in ["cgroup.procs", "cgroup.subtree_control"] where access("\(base)/\(file)", W_OK) != 0 {
            throw Unavailable(reason: "\(base)/\(file) is not writable; a systemd unit needs Delegate=yes")
        }
        guard access(base, W_OK) == 0 else {
            throw Unavailable(reason: "\(base) is not writable; a systemd unit needs Delegate=yes")
        }
        let isPrepared = Self.words(base + "/cgroup.subtree_control")?.contains("memory") == true
        guard isPrepared || isOwnUnit || (Self.words(base + "/cgroup.procs") ?? []).allSatisfy(Self.isOwn)
        else {
            throw Unavailable(
                reason:
                    "\(base) has other processes than this one's; start the worker as a systemd unit with Delegate=yes"
            )
        }
        return base
    }

    /// Whether a process is this one, or was started by it or by what it started.
    private static func isOwn(_ process: String) -> Bool {
        var number = Int32(process) ?? 0
        while number > 1 {
            if number == getpid() { return true }
            // The name in parentheses may hold anything; state and parent come after it.
            let text = (try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)) ?? ""
            let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
            number = fields.count > 1 ? Int32(fields[1]) ?? 0 : 0
        }
        return false
    }

    private func prepare() throws(Unavailable) -> String {
        let base = try base()
        let control = base + "/cgroup.subtree_control"
        if Self.words(control)?.contains("memory") == true { return base }
        let others = "\(base)/\(Self.others)"
        if files.make(others) != 0, errno != EEXIST {
            throw Unavailable(reason: "\(others) cannot be made: \(String(cString: strerror(errno)))")
        }
        // A process that starts another one while it is moved leaves that behind, so that another round is needed.
        for _ in 0..<10 {
            let processes = Self.words(base + "/cgroup.procs") ?? []
            if processes.isEmpty { break }
            for process in processes { try? Self.write(process, to: others + "/cgroup.procs") }
        }
        try Self.write("+memory", to: control)
        return base
    }

    fileprivate static func words(_ path: String) -> [String]? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    fileprivate static func write(_ text: String, to path: String) throws(Unavailable) {
        // Files of the kernel are not made, and take what they are given in one piece.
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Unavailable(reason: "\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count else {
            throw Unavailable(reason: "\(path) does not take \(text): \(String(cString: strerror(errno)))")
        }
    }
}
