package import PodiumGraph

extension CPUDevice {
    /// The device's peak matmul throughput, in operations a second.
    ///
    /// Every thread multiplies its own matrices, which stay in cache (256 × 768 by 768 × 384), for about `seconds`.
    package func measureMatmulCeiling(seconds: Double = 0.3) throws(GraphError) -> Double {
        let (m, n, k) = (256, 384, 768)
        // Twice what bfloat16 needs; that does no harm.
        let workspaces = try (0..<pool.threads).map { _ throws(GraphError) in
            try FloatBuffer(count: m * k + k * n + m * n)
        }
        for workspace in workspaces {
            let floats = workspace.base.assumingMemoryBound(to: Float.self)
            for index in 0..<workspace.count { floats[index] = Float(index % 17) * 0.1 - 0.8 }
        }
        let isBFloat16 = configuration.precision == .bfloat16
        func operands(_ worker: Int) -> (MatmulKernel.Matrix, MatmulKernel.Matrix, UnsafeMutablePointer<Float>) {
            let base = workspaces[worker].base
            let b = base + m * k * 4
            return (
                MatmulKernel.Matrix(TensorView(base: base, type: .float32, shape: [m, k], isBFloat16: isBFloat16)),
                MatmulKernel.Matrix(TensorView(base: b, type: .float32, shape: [k, n], isBFloat16: isBFloat16)),
                (b + k * n * 4).assumingMemoryBound(to: Float.self)
            )
        }
        let clock = ContinuousClock()
        let start = clock.now
        var rounds = 0
        while clock.now - start < .seconds(seconds) {
            pool.run(4 * pool.threads) { _, worker in
                let (a, b, c) = operands(worker)
                matmul.multiply(a, b, into: c, stride: n, m: m, n: n, k: k)
            }
            rounds += 1
        }
        let elapsed = (clock.now - start).components
        let time = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        return Double(rounds * 4 * pool.threads) * 2 * Double(m * n * k) / time
    }
}
