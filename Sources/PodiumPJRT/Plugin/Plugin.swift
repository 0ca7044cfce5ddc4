internal import CPJRT
internal import Foundation
internal import Synchronization

/// A loaded plug-in: its table of functions, checked and initialized.
///
/// It stays loaded until the process ends.
package final class Plugin: Sendable {
    package let path: String
    /// Of the C API that the plug-in speaks.
    package let version: (major: Int, minor: Int)
    nonisolated(unsafe) let api: UnsafePointer<pjrt_api>
    /// Whether a device stopped answering: whatever would wait for it must not be called.
    private let isAbandoned = Atomic(false)

    /// What we cannot do without, with the names under which the C API publishes them.
    private static let required: [(pjrt_function_index, String)] = [
        (pjrt_fn_plugin_initialize, "PJRT_Plugin_Initialize"), (pjrt_fn_event_on_ready, "PJRT_Event_OnReady"),
        (pjrt_fn_client_create, "PJRT_Client_Create"), (pjrt_fn_client_compile, "PJRT_Client_Compile"),
        (pjrt_fn_loaded_execute, "PJRT_LoadedExecutable_Execute"),
        (pjrt_fn_buffer_to_host, "PJRT_Buffer_ToHostBuffer"),
    ]

    /// Loads and initializes the library at a path.
    package init(path: String) throws(PJRTError) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw PJRTError(.missing, "there is no plug-in at \(path)")
        }
        try LibraryFile.check(path)
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
            throw PJRTError(
                .load,
                "\(path) cannot be loaded (\(reason)); it may be incomplete or made for another machine: install it again"
            )
        }
        guard let symbol = dlsym(library, "GetPjrtApi") else {
            dlclose(library)
            throw PJRTError(.load, "\(path) is no PJRT plug-in: it has no function GetPjrtApi")
        }
        typealias Entry = @convention(c) () -> UnsafePointer<pjrt_api>?
        guard let api = unsafeBitCast(symbol, to: Entry.self)() else {
            throw PJRTError(.load, "\(path): GetPjrtApi yields no table of functions")
        }
        self.path = path
        self.api = api
        version = (Int(api.pointee.major), Int(api.pointee.minor))
        guard version.major == 0 else {
            throw PJRTError(
                .version,
                "\(path) speaks PJRT C API \(version.major).\(version.minor); only versions 0.x are supported"
            )
        }
        for (index, name) in Plugin.required where !podium_pjrt_has(api, index) {
            throw PJRTError(
                .version,
                "\(path) speaks PJRT C API 0.\(version.minor) and lacks \(name): install a newer plug-in"
            )
        }
        try check(podium_pjrt_initialize(api), .load, "\(path) cannot be initialized")
    }

    /// Whether the plug-in has a function that is not among those required.
    func has(_ index: pjrt_function_index) -> Bool { podium_pjrt_has(api, index) }

    /// Throws the plug-in's error, if it is one, with our words before its own, and frees it.
    func check(_ error: OpaquePointer?, _ code: PJRTError.Code, _ what: @autoclosure () -> String) throws(PJRTError) {
        guard let error else { return }
        throw take(error, code, what())
    }

    /// The plug-in's error as ours; frees it.
    func take(_ error: OpaquePointer, _ code: PJRTError.Code, _ what: String) -> PJRTError {
        defer { podium_pjrt_error_free(api, error) }
        var size = 0
        let text = podium_pjrt_error_text(api, error, &size).map { Plugin.text($0, size) } ?? ""
        // absl::StatusCode::kResourceExhausted
        let isMemory = podium_pjrt_error_code(api, error) == 8
        let advice = isMemory ? "; a smaller batch or shorter sequences need less memory" : ""
        return PJRTError(isMemory ? .memory : code, "\(what): \(text)\(advice)")
    }

    /// A text of the plug-in that is not terminated by zero.
    static func text(_ start: UnsafePointer<CChar>, _ size: Int) -> String {
        start.withMemoryRebound(to: UInt8.self, capacity: size) {
            String(decoding: UnsafeBufferPointer(start: $0, count: size), as: UTF8.self)
        }
    }

    /// A text that one of the plug-in's objects has.
    func text(_ index: pjrt_function_index, of object: OpaquePointer) -> String? {
        guard has(index) else { return nil }
        var size = 0
        var start: UnsafePointer<CChar>?
        if let error = podium_pjrt_text(api, index, UnsafeRawPointer(object), &start, &size) {
            podium_pjrt_error_free(api, error)
            return nil
        }
        return start.map { Plugin.text($0, size) }
    }

    /// Leaves the plug-in's objects alone from now on, as a device does not answer and freeing them might wait for it.
    func abandon() { isAbandoned.store(true, ordering: .relaxed) }

    /// Frees one of the plug-in's objects; an error in doing so is of no use to anybody.
    func destroy(_ index: pjrt_function_index, _ object: OpaquePointer) {
        guard !isAbandoned.load(ordering: .relaxed) else { return }
        if let error = podium_pjrt_destroy(api, index, UnsafeMutableRawPointer(object)) {
            podium_pjrt_error_free(api, error)
        }
    }
}
