import FoundationEssentials
import Glibc

/// Making directories and files with an owner and a mode.
enum Directory {
    /// Makes a directory and its parents, open to other users as the file mode mask says.
    static func make(_ path: String) throws(StoreError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw StoreError(.directory, "cannot make the directory \(path): \(reason(error))")
        }
    }

    /// Makes a directory that only `owner` may enter, or checks that an existing one is so.
    static func makePrivate(_ path: String, owner: ServerUser) throws(StoreError) {
        if mkdir(path, 0o700) == 0 {
            guard chown(path, owner.id, owner.group) == 0 else { throw failure("give \(path) to user \(owner.name)") }
        } else if errno != EEXIST {
            throw failure("make the directory \(path)")
        }
        var facts = stat()
        guard lstat(path, &facts) == 0 else { throw failure("look at \(path)") }
        guard facts.st_mode & S_IFMT == S_IFDIR, facts.st_uid == owner.id, facts.st_mode & 0o077 == 0 else {
            throw StoreError(
                .directory,
                "\(path) must be a directory that belongs to user \(owner.name) alone (mode 0700): "
                    + "move away what is there, or choose another --data-dir"
            )
        }
    }

    static func write(_ text: String, to path: String, owner: ServerUser) throws(StoreError) {
        do {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw StoreError(.directory, "cannot write \(path): \(reason(error))")
        }
        guard chown(path, owner.id, owner.group) == 0, chmod(path, 0o600) == 0 else {
            throw failure("give \(path) to user \(owner.name)")
        }
    }

    /// The path without links and relative parts; nil when nothing is there.
    static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func read(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }

    /// An error from `errno`; call it before anything else can change that.
    static func failure(_ doing: String) -> StoreError {
        let code: StoreError.Code = errno == ENOSPC || errno == EDQUOT ? .diskFull : .directory
        return StoreError(code, "cannot \(doing): \(String(cString: strerror(errno)))")
    }

    /// The system's own words for an error of FoundationEssentials, where it has any.
    private static func reason(_ error: any Error) -> String {
        guard let underlying = (error as? CocoaError)?.underlying as? POSIXError else {
            return String(describing: error)
        }
        return String(cString: strerror(underlying.code.rawValue))
    }
}
