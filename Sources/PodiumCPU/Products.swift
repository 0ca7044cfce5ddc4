internal import COneDNN
internal import COpenBLAS
import PodiumGraph

/// Single-precision matrix products, each computed by the calling thread alone; parallelism is the worker pool's.
struct Products {
    let library: CPUConfiguration.Products

    /// A row-major matrix inside a larger one: `stride` elements from row to row.
    struct Matrix {
        let base: UnsafePointer<Float>
        let stride: Int
        /// Whether the product takes its transpose.
        var isTransposed = false
    }

    /// Makes the calling thread compute alone; called once by every thread that multiplies.
    static func prepareThread() { podium_onednn_use_calling_thread() }

    init(_ library: CPUConfiguration.Products) {
        self.library = library
        if library == .openBLAS { openblas_set_num_threads(1) }
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
        switch library {
        case .oneDNN:
            let (plain, transposed) = (CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "T")))
            let status = dnnl_sgemm(
                a.isTransposed ? transposed : plain,
                b.isTransposed ? transposed : plain,
                Int64(m),
                Int64(n),
                Int64(k),
                factor,
                a.base,
                Int64(a.stride),
                b.base,
                Int64(b.stride),
                adds ? 1 : 0,
                c,
                Int64(stride)
            )
            precondition(status == dnnl_success, "oneDNN refused a \(m)×\(n)×\(k) product")
        case .openBLAS:
            cblas_sgemm(
                CblasRowMajor,
                a.isTransposed ? CblasTrans : CblasNoTrans,
                b.isTransposed ? CblasTrans : CblasNoTrans,
                Int32(m),
                Int32(n),
                Int32(k),
                factor,
                a.base,
                Int32(a.stride),
                b.base,
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
