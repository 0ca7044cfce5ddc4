import PodiumCPU
import PodiumGraph
import PodiumPJRT

/// Where the engine is measured, and what can be measured there.
enum BenchDevice {
    case cpu(CPUDevice)
    case plugin(PJRTDevice, ProductChain)

    var device: any GraphDevice {
        switch self {
        case .cpu(let device): device
        case .plugin(let device, _): device
        }
    }

    /// Operations a second of products alone.
    func measureMatmulCeiling() throws -> Double {
        switch self {
        case .cpu(let device): try device.measureMatmulCeiling()
        case .plugin(_, let chain): try chain.measure()
        }
    }

    /// Steps that one measurement takes at least: a device that works on its own is given the next while it does one.
    var stepsAtATime: Int {
        switch self {
        case .cpu: 1
        case .plugin: 10
        }
    }
}
