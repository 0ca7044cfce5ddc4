internal import Foundation

/// Where plug-ins are looked for: a file that was named, our own folder, then the places where pip installs.
package struct PluginSearch: Sendable {
    /// The variable that names a plug-in's file, for any kind.
    package static let variable = "PODIUM_PJRT_PLUGIN"
    /// The variable by which everyone names libtpu.
    private static let libtpuVariable = "TPU_LIBRARY_PATH"

    private let named: String?
    private let libtpu: String?
    private let folders: [String]

    /// - Parameters:
    ///   - environment: the process's; read are `PODIUM_PJRT_PLUGIN`, `TPU_LIBRARY_PATH`, `VIRTUAL_ENV`, `CONDA_PREFIX`
    ///     and `HOME`.
    ///   - installed: the folder that `pip install --target` filled for us, if there is one.
    package init(environment: [String: String], installed: String? = nil) {
        named = environment[PluginSearch.variable].flatMap { $0.isEmpty ? nil : $0 }
        libtpu = environment[PluginSearch.libtpuVariable].flatMap { $0.isEmpty ? nil : $0 }
        let roots = [environment["VIRTUAL_ENV"], environment["CONDA_PREFIX"]].compactMap { $0 }
        let home = environment["HOME"].map { "\($0)/.local" }
        folders =
            (installed.map { [$0] } ?? [])
            + (roots + [home, "/usr/local", "/usr"].compactMap { $0 }).flatMap { PluginSearch.packages(under: $0) }
    }

    /// The library of a kind.
    package func path(of kind: PluginKind) throws(PJRTError) -> String {
        let variable = kind == .tpu && named == nil ? PluginSearch.libtpuVariable : PluginSearch.variable
        if let named = named ?? (kind == .tpu ? libtpu : nil) {
            guard FileManager.default.fileExists(atPath: named) else {
                throw PJRTError(.missing, "\(variable) is \(named), but there is no such file")
            }
            return named
        }
        let candidates = folders.flatMap { folder in kind.files.map { "\(folder)/\($0)" } }
        guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw PJRTError(
                .missing,
                "there is no \(kind.rawValue) plug-in in \(folders.joined(separator: ", ")); install the package"
                    + " \(kind.package) with `podium device install \(kind.rawValue)`, or name a file in"
                    + " \(variable)"
            )
        }
        return found
    }

    /// The folders of a Python installation that hold packages.
    private static func packages(under root: String) -> [String] {
        let library = "\(root)/lib"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: library)) ?? []
        return versions.filter { $0.hasPrefix("python3") }.sorted().reversed().flatMap { version in
            ["site-packages", "dist-packages"].map { "\(library)/\(version)/\($0)" }
        }
    }
}
