package import PodiumPrimitives

/// Why a file cannot be read or written.
package struct FileError: DescribedError, Sendable, Hashable {
    package enum Code: String, Sendable {
        /// There is no such file.
        case missing
        /// The name is a folder's.
        case isFolder
        /// This user may not read or write it.
        case notAllowed
        /// It is there, but reading failed.
        case unreadable
        /// The disk is full, or a write failed half-way; nothing half-written is left.
        case writeFailed
        /// Nobody reads the pipe any more.
        case closedPipe
        /// A packed file ends before its content does.
        case truncated
        /// A file is not in its format, or its checksum does not fit.
        case malformed
        /// Something that must occur once occurs again.
        case repeated
        /// A packed file whose content could harm the reader: far too large, or a path that leaves its folder.
        case hostile
        /// The text is not UTF-8.
        case notUTF8
    }

    package var code: Code
    /// What happened and what to do.
    package var message: String
    /// The file, as far as it is known.
    package var place: SourcePlace?

    package init(_ code: Code, _ message: String, at place: SourcePlace? = nil) {
        self.code = code
        self.message = message
        self.place = place
    }

    /// Of a file.
    package init(_ code: Code, _ message: String, file: String) {
        self.init(code, message, at: SourcePlace(file: file))
    }

    package var blame: Blame {
        switch code {
        case .missing, .isFolder, .truncated, .malformed, .repeated, .hostile, .notUTF8: .input
        case .notAllowed, .unreadable, .writeFailed, .closedPipe: .world
        }
    }

    /// The same error, told with the name of the file it was found in.
    package func inFile(_ name: String) -> FileError {
        var error = self
        error.place = SourcePlace(file: name, line: place?.line, column: place?.column)
        return error
    }
}
