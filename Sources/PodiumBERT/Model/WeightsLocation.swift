internal import Foundation
internal import PodiumFiles

/// The files that hold a model's weights, found in its folder.
package enum WeightsLocation: Hashable, Sendable {
    case safetensors(path: String)
    /// Several files, listed in `model.safetensors.index.json`.
    case shards(index: String)
    /// `PREFIX.index` and `PREFIX.data-…`.
    case tensorFlow(prefix: String)

    /// - Parameter path: a model's folder, the prefix of a TensorFlow checkpoint in one, or a file of either.
    package init(path: String) throws(BERTError) {
        let path = Self.withoutFile(path)
        guard Self.folder(of: path) == path else {
            self = .tensorFlow(prefix: path)
            return
        }
        if ModelFile.exists("\(path)/model.safetensors") {
            self = .safetensors(path: "\(path)/model.safetensors")
        } else if ModelFile.exists("\(path)/model.safetensors.index.json") {
            self = .shards(index: "\(path)/model.safetensors.index.json")
        } else if let prefix = try Self.checkpointPrefix(in: path) {
            self = .tensorFlow(prefix: prefix)
        } else {
            throw BERTError(.file, "\(path)/model.safetensors: the file is missing\(Self.advice(path))")
        }
    }

    /// The folder that a path names, or that a checkpoint's prefix lies in.
    static func folder(of path: String) -> String {
        let path = withoutFile(path)
        guard !ModelFile.exists(path), ModelFile.exists("\(path).index") else { return path }
        return parent(path)
    }

    /// The checkpoint or the folder that the path is a file of, as shells complete such a path.
    private static func withoutFile(_ path: String) -> String {
        if let match = path.wholeMatch(of: #/(.+)\.(index|data-[0-9]{5}-of-[0-9]{5})/#),
            ModelFile.exists("\(match.1).index")
        {
            return String(match.1)
        }
        return path.hasSuffix(".safetensors") && ModelFile.exists(path) ? parent(path) : path
    }

    private static func parent(_ path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return parts.isEmpty ? "." : parts == [""] ? "/" : parts.joined(separator: "/")
    }

    /// The checkpoint that `checkpoint` names, or the only one there is.
    private static func checkpointPrefix(in folder: String) throws(BERTError) -> String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let prefixes = names.filter { $0.hasSuffix(".index") }.map { String($0.dropLast(6)) }.sorted()
        guard prefixes.count > 1 else { return prefixes.first.map { "\(folder)/\($0)" } }
        if ModelFile.exists("\(folder)/checkpoint") {
            let text = String(decoding: try ModelFile.read("\(folder)/checkpoint", limit: 1 << 20), as: UTF8.self)
            let key = "model_checkpoint_path:"
            let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
            let named = line?.dropFirst(key.count).trimmingCharacters(in: CharacterSet(charactersIn: " \"\t\r"))
            if let name = named?.split(separator: "/").last.map(String.init), prefixes.contains(name) {
                return "\(folder)/\(name)"
            }
        }
        throw BERTError(
            .file,
            "\(folder): several checkpoints (\(prefixes.prefix(4).joined(separator: ", "))\(prefixes.count > 4 ? ", …" : "")); name one: \(folder)/\(prefixes[prefixes.count - 1])"
        )
    }

    /// What stands in the folder instead, and what to do about it.
    private static func advice(_ folder: String) -> String {
        let others = [
            ("pytorch_model.bin", "a Python pickle, which may run any code when it is read"),
            ("pytorch_model.bin.index.json", "a list of Python pickles, which may run any code when they are read"),
            ("tf_model.h5", "Keras weights"), ("flax_model.msgpack", "Flax weights"),
            ("model.onnx", "an ONNX program"),
        ]
        for (name, what) in others where ModelFile.exists("\(folder)/\(name)") {
            return "; there is \(name), \(what), which is not read; fetch the model's safetensors, or convert it "
                + "with transformers (save_pretrained(…, safe_serialization=True))"
        }
        return ""
    }

    package var description: String {
        switch self {
        case .safetensors(let path), .shards(let path): path
        case .tensorFlow(let prefix): prefix
        }
    }

    package func open() throws(BERTError) -> any TensorArchive { try openRaw() }

    /// The same, for reading tensors as they are stored; a checkpoint's under the names of transformers.
    package func openRaw() throws(BERTError) -> any RawTensorArchive {
        switch self {
        case .safetensors(let path): try Safetensors(path: path)
        case .shards(let index): try ShardedSafetensors(path: index)
        case .tensorFlow(let prefix): try ReleaseCheckpoint(prefix: prefix)
        }
    }

    /// All files, the one that names the others first.
    package func files() throws(BERTError) -> [String] {
        switch self {
        case .safetensors(let path): [path]
        case .shards(let index): [index] + (try ShardedSafetensors(path: index).files)
        case .tensorFlow(let prefix): try TensorBundle(prefix: prefix).files
        }
    }

    /// The file's SHA-256; of several that of lines `SHA-256  name`, as `sha256sum` writes them.
    package func sha256() throws(BERTError) -> String {
        let files = try files()
        if files.count == 1 { return try BERTError.files { () throws(FileError) in try Digest.sha256(file: files[0]) } }
        var lines = ""
        for file in files {
            let digest = try BERTError.files { () throws(FileError) in try Digest.sha256(file: file) }
            lines += "\(digest)  \(file.split(separator: "/").last ?? "")\n"
        }
        return Digest.sha256(Array(lines.utf8))
    }
}
