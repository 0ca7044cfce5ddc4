/// The accelerators that there are plug-ins for, each a package on PyPI.
package enum PluginKind: String, CaseIterable, Sendable {
    case tpu
    case cuda
    case xlaCPU = "xla-cpu"

    /// What a plug-in of this kind calls its platform (`PJRT_Client_PlatformName`).
    package var platform: String {
        switch self {
        case .tpu: "tpu"
        case .cuda: "cuda"
        case .xlaCPU: "cpu"
        }
    }

    /// The package to install.
    package var package: String {
        switch self {
        case .tpu: "libtpu"
        case .cuda: "jax-cuda13-pjrt"
        case .xlaCPU: "xla-cpu-pjrt"
        }
    }

    /// Where the library may lie within a folder that packages are installed into.
    package var files: [String] {
        switch self {
        case .tpu: ["libtpu/libtpu.so"]
        case .cuda: ["jax_plugins/xla_cuda13/xla_cuda_plugin.so", "jax_plugins/xla_cuda12/xla_cuda_plugin.so"]
        case .xlaCPU: ["xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so"]
        }
    }
}
