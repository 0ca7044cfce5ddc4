internal import COneDNN
internal import COpenBLAS
import PodiumGraph

/// Matrix products with float32 sums, each computed by the calling thread alone; parallelism is the worker pool's.
struct Products {
    let provider: CPUConfiguration.Products

    /// A row-major matrix inside a larger one: `stride` elements from row to row.
    struct Matrix {
        let base: UnsafeRawPointer
        let stride: Int
        /// Whether the product takes its transpose.
        let isTransposed: Bool
        /// Whether the elements are bfloat16; both operands or none.
        let isNarrow: Bool

        init(base: UnsafePointer<Float>, stride: Int, isTransposed: Bool = false) {
            self.base = UnsafeRawPointer(base)
            self.stride = stride
            self.isTransposed = isTransposed
            isNarrow = false
        }

        /// From an element of a tensor on.
        init(_ view: TensorView, row: Int = 0, column: Int = 0, isTransposed: Bool = false) {
            base = UnsafeRawPointer(view.base + (row * view.stride + column) * (view.isNarrow ? 2 : 4))
            stride = view.stride
            self.isTransposed = isTransposed
            isNarrow = view.isNarrow
        }

        private init(_ other: Matrix, base: UnsafeRawPointer) {
            self.base = base
            (stride, isTransposed, isNarrow) = (other.stride, other.isTransposed, other.isNarrow)
        }

        /// The matrix from a later row of memory on.
        func advanced(rows: Int) -> Matrix { Matrix(self, base: base + rows * stride * (isNarrow ? 2 : 4)) }
    }

    /// Whether this machine has bfloat16 products worth the name.
    static var hasBFloat16: Bool { podium_onednn_has_bf16() }

    /// Makes the calling thread compute alone; called once by every thread that multiplies.
    static func prepareThread() { podium_onednn_use_calling_thread() }

    private let blasProduct: podium_sgemm?

    init(_ provider: CPUConfiguration.Products) throws(GraphError) {
        self.provider = provider
        guard provider == .openBLAS else {
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
        precondition(a.isNarrow == b.isNarrow, "both operands have one precision")
        switch provider {
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
                bf16: a.isNarrow
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

/// How a product's result is split into tasks: by its shape alone, so that bits do not depend on threads.
struct Tiling {
    let rows: Int
    let columns: Int
    let tileRows: Int
    let tileColumns: Int

    /// At least `tasks` tiles where the shape allows, and none so small that packing operands dominates.
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
