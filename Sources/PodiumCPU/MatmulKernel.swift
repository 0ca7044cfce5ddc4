internal import COneDNN
internal import COpenBLAS
import PodiumGraph

/// Matrix multiplication with float32 accumulators by the calling thread alone; the worker pool provides parallelism.
struct MatmulKernel {
    let library: CPUConfiguration.MatmulLibrary

    /// A row-major matrix inside a larger one; its rows are `stride` elements apart.
    struct Matrix {
        let base: UnsafeRawPointer
        let stride: Int
        /// Whether the transpose is multiplied.
        let isTransposed: Bool
        /// Whether the elements are bfloat16; true of both operands or of neither.
        let isBFloat16: Bool

        init(base: UnsafePointer<Float>, stride: Int, isTransposed: Bool = false) {
            self.base = UnsafeRawPointer(base)
            self.stride = stride
            self.isTransposed = isTransposed
            isBFloat16 = false
        }

        /// The part of a tensor that begins at an element.
        init(_ view: TensorView, row: Int = 0, column: Int = 0, isTransposed: Bool = false) {
            base = UnsafeRawPointer(view.base + (row * view.stride + column) * (view.isBFloat16 ? 2 : 4))
            stride = view.stride
            self.isTransposed = isTransposed
            isBFloat16 = view.isBFloat16
        }

        private init(_ other: Matrix, base: UnsafeRawPointer) {
            self.base = base
            (stride, isTransposed, isBFloat16) = (other.stride, other.isTransposed, other.isBFloat16)
        }

        /// The part of the matrix that begins at a later row of memory.
        func advanced(rows: Int) -> Matrix { Matrix(self, base: base + rows * stride * (isBFloat16 ? 2 : 4)) }
    }

    /// Whether this machine has bfloat16 instructions (AVX512-BF16 or AMX).
    static var hasBFloat16: Bool { podium_onednn_has_bf16() }

    /// Keeps oneDNN on the calling thread; every thread that multiplies calls this once.
    static func prepareThread() { podium_onednn_use_calling_thread() }

    private let blasProduct: podium_sgemm?

    init(_ library: CPUConfiguration.MatmulLibrary) throws(GraphError) {
        self.library = library
        guard library == .openBLAS else {
            blasProduct = nil
            return
        }
        var reason: UnsafePointer<CChar>?
        blasProduct = podium_openblas_sgemm(&reason)
        guard blasProduct != nil else {
            let text = reason.map { String(cString: $0) } ?? "no reason given"
            throw GraphError(.unsupported, "OpenBLAS cannot be loaded (\(text)); install libopenblas0 or use onednn")
        }
    }

    /// c [m, n] = factor · a [m, k] · b [k, n], plus c if `adds`; shapes are those after transposition.
    func multiply(
        _ a: Matrix,
        _ b: Matrix,
        into c: UnsafeMutablePointer<Float>,
        stride: Int,
        m: Int,
        n: Int,
        k: Int,
        factor: Float = 1,
        adds: Bool = false
    ) {
        guard m > 0, n > 0 else { return }
        precondition(a.isBFloat16 == b.isBFloat16, "both operands have one precision")
        switch library {
        case .oneDNN:
            var product = podium_product(
                a: a.base,
                b: b.base,
                c: c,
                a_stride: a.stride,
                b_stride: b.stride,
                c_stride: stride,
                m: m,
                n: n,
                k: k,
                factor: factor,
                a_transposed: a.isTransposed,
                b_transposed: b.isTransposed,
                adds: adds,
                bf16: a.isBFloat16
            )
            let status = podium_onednn_multiply(&product)
            precondition(status == 0, "oneDNN refused a \(m)×\(n)×\(k) product (status \(status))")
        case .openBLAS:
            blasProduct?(
                Int32(podium_blas_row_major),
                Int32(a.isTransposed ? podium_blas_transposed : podium_blas_plain),
                Int32(b.isTransposed ? podium_blas_transposed : podium_blas_plain),
                Int32(m),
                Int32(n),
                Int32(k),
                factor,
                a.base.assumingMemoryBound(to: Float.self),
                Int32(a.stride),
                b.base.assumingMemoryBound(to: Float.self),
                Int32(b.stride),
                adds ? 1 : 0,
                c,
                Int32(stride)
            )
        }
    }
}

/// How a matmul's result is divided into tasks: by its shape alone, so that the bits do not depend on threads.
struct Tiling {
    let rows: Int
    let columns: Int
    let tileRows: Int
    let tileColumns: Int

    /// At least `tasks` tiles where the shape allows, but no tile so small that packing the operands dominates.
    init(rows: Int, columns: Int, tasks: Int = 8) {
        (self.rows, self.columns) = (rows, columns)
        var height = 256
        var width = 768
        func count() -> Int { ((rows + height - 1) / height) * ((columns + width - 1) / width) }
        while count() < tasks, height > 64 || width > 96 {
            if width > 192 || height <= 64 { width /= 2 } else { height /= 2 }
        }
        (tileRows, tileColumns) = (height, width)
    }

    var count: Int { ((rows + tileRows - 1) / tileRows) * across }
    private var across: Int { (columns + tileColumns - 1) / tileColumns }

    /// Rows and columns of a tile.
    subscript(_ tile: Int) -> (rows: Range<Int>, columns: Range<Int>) {
        let (row, column) = ((tile / across) * tileRows, (tile % across) * tileColumns)
        return (row..<min(rows, row + tileRows), column..<min(columns, column + tileColumns))
    }
}
