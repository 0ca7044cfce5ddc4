import Foundation
import Logging
import PodiumExperiments
import PodiumFiles
import PodiumPrimitives

/// Standard output for data, standard error for everything else.
enum Terminal {
    static let outputIsTerminal = isatty(STDOUT_FILENO) == 1
    static let errorIsTerminal = isatty(STDERR_FILENO) == 1

    /// Opens those of the three standard streams that are closed, so that no file or connection gets their numbers.
    ///
    /// A stream that the caller closed stays one that cannot be written.
    static func reserveStreams() {
        while true {
            let descriptor = open("/dev/null", O_RDONLY)
            guard (0...STDERR_FILENO).contains(descriptor) else {
                close(descriptor)
                return
            }
        }
    }

    /// What servers have to say, on standard error; `PODIUM_LOG=json` or `logfmt` is for programs.
    static var log: Logger {
        LineLog.logger(style: Variable.value("PODIUM_LOG").flatMap { LineLog.Style(rawValue: $0) } ?? .text) {
            error($0)
        }
    }

    /// Prints text for people; what could steer a terminal is taken out.
    static func print(_ text: String) throws(FileError) {
        try data(TerminalText.safeLines(text))
    }

    /// Prints a document or rows for programs as they are.
    static func data(_ text: String) throws(FileError) {
        try stream(Array(text.utf8) + [0x0A])
    }

    /// Writes bytes that are one of many parts.
    static func stream(_ bytes: [UInt8]) throws(FileError) {
        let reason = write(bytes, to: STDOUT_FILENO)
        guard reason != 0 else { return }
        throw FileError(
            reason == EPIPE ? .closedPipe : .writeFailed,
            "the output cannot be written: \(String(cString: strerror(reason)))",
            file: "standard output"
        )
    }

    /// Tells the user something; if nobody reads it there is nobody to tell.
    static func error(_ text: String) {
        _ = write(Array(TerminalText.safeLines(text).utf8) + [0x0A], to: STDERR_FILENO)
    }

    /// Writes without a line end, for a display that is drawn over.
    static func draw(_ text: String) {
        _ = write(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Columns of the terminal on standard error; 80 where there is none.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// 0, or the `errno` of what went wrong.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { OutputDescriptor.write($0, to: descriptor) }
    }
}
