import Synchronization

/// A tokenizer's workspaces that no thread is using; as many are made as threads ever tokenized at once.
final class Workspaces: Sendable {
    /// Sendable because one thread at a time has it: the one that took it.
    final class Desk: @unchecked Sendable {
        var workspace: Workspace

        init(_ workspace: consuming Workspace) {
            self.workspace = workspace
        }
    }

    private let free = Mutex<[Desk]>([])

    func take() -> Desk? { free.withLock { $0.popLast() } }

    func giveBack(_ desk: Desk) { free.withLock { $0.append(desk) } }
}
