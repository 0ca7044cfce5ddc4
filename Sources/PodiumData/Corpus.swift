internal import Foundation
internal import PodiumFiles

/// Plain text to pre-train on: one sentence a line, an empty line between documents.
package struct Corpus: Sendable {
    /// Sentences by document; no document and no sentence is empty.
    package var documents: [[String]]

    package init(documents: [[String]]) {
        self.documents = documents
    }

    /// Reads files one after the other; a file's end ends a document.
    package init(files: [String]) throws(DataError) {
        documents = []
        for file in files {
            var bytes: [UInt8]
            do throws(FileError) {
                bytes = try FileContent.read(file)
                if Gzip.isPacked(bytes) { bytes = try Gzip.unpack(bytes) }
            } catch {
                throw DataError(error.inFile(file))
            }
            try append(bytes, name: file)
        }
        guard !documents.isEmpty else {
            throw DataError(.empty, "the corpus has no text", file: files.joined(separator: ", "))
        }
    }

    /// Adds a file's bytes.
    package mutating func append(_ bytes: [UInt8], name: String) throws(DataError) {
        var document: [String] = []
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard let text = String(validating: line, as: UTF8.self) else {
                throw DataError(.invalidUTF8, "the line is not UTF-8", file: name, line: number)
            }
            let sentence = text.trimmingCharacters(in: .whitespacesAndNewlines)
            if !sentence.isEmpty {
                document.append(sentence)
            } else if !document.isEmpty {
                documents.append(document)
                document = []
            }
        }
        if !document.isEmpty { documents.append(document) }
    }
}
