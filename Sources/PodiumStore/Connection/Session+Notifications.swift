import CLibPQ
import Glibc

/// A NOTIFY that arrived.
package struct ServerNotification: Sendable, Equatable {
    package let channel: String
    package let payload: String
}

extension Session {
    /// Blocks until a notification is there, the time is up (empty), or the connection breaks (throws).
    func notifications(within timeout: Duration) throws(StoreError) -> [ServerNotification] {
        let deadline = ContinuousClock.now + timeout
        while true {
            let arrived = pendingNotifications()
            guard arrived.isEmpty else { return arrived }
            switch wait(for: Int16(POLLIN), until: deadline) {
            case .timedOut: return []
            case .interrupted: throw StoreError(.cancelled, "cancelled while listening")
            case .ready: break
            }
            guard PQconsumeInput(pointer) == 1, PQstatus(pointer) == CONNECTION_OK else {
                throw lost(while: "listening")
            }
        }
    }

    private func pendingNotifications() -> [ServerNotification] {
        var found: [ServerNotification] = []
        while let notification = PQnotifies(pointer) {
            defer { PQfreemem(notification) }
            found.append(
                ServerNotification(
                    channel: String(cString: notification.pointee.relname),
                    payload: String(cString: notification.pointee.extra)
                )
            )
        }
        return found
    }
}
