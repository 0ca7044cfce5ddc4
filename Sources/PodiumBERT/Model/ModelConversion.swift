internal import Foundation
internal import PodiumFiles
internal import PodiumPrimitives

/// A model's files in the other layout: of transformers, or of the 2018 release.
///
/// Tensors keep their bytes and element types; matrices of linear layers are transposed, as the two layouts have them.
/// Optimizer slots and the step go along (`ReleaseNames`).
package struct ModelConversion {
    package enum Format: String, CaseIterable, Sendable {
        case safetensors
        case tensorFlow = "tensorflow"
    }

    package struct Report: Sendable {
        package var files: [String]
        package var tensors: Int
        package var bytes: Int64
        /// Tensors that the other layout has no name for; they are kept under a prefix.
        package var unnamed: [String]
        /// Optimizer slots and the step among the tensors.
        package var slots: Int

        /// What was converted, and what was kept under a prefix, for people.
        package var notes: [String] {
            ["\(tensors) tensors, \(slots) of them the optimizer's; \(bytes) bytes"]
                + (unnamed.isEmpty ? [] : ["kept under a prefix: \(ShortList.text(unnamed))"])
        }
    }

    /// Text files that mean the same in both layouts.
    private static let texts = [
        "vocab.txt", "tokenizer_config.json", "tokenizer.json", "special_tokens_map.json", "added_tokens.json",
    ]

    /// Converts a model folder, or a checkpoint by its prefix, into a folder that is made.
    package static func convert(_ source: String, to folder: String, _ format: Format) throws(BERTError) -> Report {
        let location = try WeightsLocation(path: source)
        let archive = try location.openRaw()
        if let names = try? FileManager.default.contentsOfDirectory(atPath: folder), !names.isEmpty {
            throw BERTError(.invalidRequest, "\(folder): the folder is not empty; name one that is not there yet")
        }
        let tensors = try translated(archive, format)
        try ModelDirectory.makeFolder(folder)
        var files = try copyTexts(WeightsLocation.folder(of: source), to: folder, format)
        let bytes: Int64
        switch format {
        case .safetensors:
            bytes = try Safetensors.write(tensors, metadata: ["format": "pt"], to: "\(folder)/model.safetensors")
            files.append("\(folder)/model.safetensors")
        case .tensorFlow:
            let prefix = "\(folder)/bert_model.ckpt"
            bytes = try TensorBundle.write(tensors, prefix: prefix)
            files += ["\(prefix).index", TensorBundle.dataPath(prefix, 0, of: 1)]
        }
        let names = tensors.map(\.tensor.name)
        return Report(
            files: files,
            tensors: tensors.count,
            bytes: bytes,
            unnamed: names.filter { $0.hasPrefix("tensorflow.") || $0.hasPrefix("safetensors.") }.sorted(),
            slots: names.count {
                $0.hasPrefix("optimizer.") || $0.hasSuffix("/adam_m") || $0.hasSuffix("/adam_v") || $0 == "global_step"
            }
        )
    }

    /// The archive's tensors under the names of a format; those of the format already stay as they are.
    private static func translated(
        _ archive: any RawTensorArchive,
        _ format: Format
    ) throws(BERTError) -> [RawTensor] {
        // A release's checkpoint is read under the other layout's names already.
        if let checkpoint = archive as? ReleaseCheckpoint {
            let source: any RawTensorArchive = format == .tensorFlow ? checkpoint.bundle : checkpoint
            return source.tensors.map { tensor in
                RawTensor(tensor) { () throws(BERTError) in try source.bytes(of: tensor) }
            }
        }
        var result: [RawTensor] = []
        var sources: [String: String] = [:]
        for tensor in archive.tensors {
            guard format == .tensorFlow else {
                result.append(RawTensor(tensor) { () throws(BERTError) in try archive.bytes(of: tensor) })
                continue
            }
            let translation = ReleaseNames.toCheckpoint(tensor.name, rank: tensor.shape.count)
            if let other = sources.updateValue(tensor.name, forKey: translation.name) {
                throw BERTError(
                    .mismatch,
                    "\(archive.path): \(other) and \(tensor.name) are both \(translation.name) in a checkpoint"
                )
            }
            let named = ArchivedTensor(
                name: translation.name,
                element: tensor.element,
                shape: translation.transposes ? tensor.shape.reversed() : tensor.shape
            )
            result.append(
                RawTensor(named) { () throws(BERTError) in
                    let bytes = try archive.bytes(of: tensor)
                    return translation.transposes ? RawTensor.transposed(bytes, tensor) : bytes
                }
            )
        }
        return result
    }

    private static func copyTexts(
        _ source: String,
        to folder: String,
        _ format: Format
    ) throws(BERTError) -> [String] {
        var written: [String] = []
        func copy(_ name: String, as newName: String, _ change: ([UInt8]) -> [UInt8] = { $0 }) throws(BERTError) {
            let bytes = change(try ModelFile.read("\(source)/\(name)", limit: 1 << 28))
            let path = "\(folder)/\(newName)"
            _ = try BERTError.files { () throws(FileError) in
                try AtomicFile.write(path) { (writer) throws(FileError) in try writer.append(bytes) }
            }
            written.append(path)
        }
        for name in texts where ModelFile.exists("\(source)/\(name)") { try copy(name, as: name) }
        let configuration = ModelFile.exists("\(source)/config.json") ? "config.json" : "bert_config.json"
        guard ModelFile.exists("\(source)/\(configuration)") else { return written }
        let target = format == .safetensors ? "config.json" : "bert_config.json"
        let values = try ModelFile.json(JSONValue.self, "\(source)/\(configuration)", limit: 1 << 24)
        try copy(configuration, as: target) { bytes in
            // Transformers asks for the kind of model, which the release's file does not say.
            guard format == .safetensors, values["model_type"] == nil, values.object?.isEmpty == false,
                let brace = bytes.firstIndex(of: UInt8(ascii: "{"))
            else { return bytes }
            return bytes[...brace] + Array("\n  \"model_type\": \"bert\",".utf8) + bytes[(brace + 1)...]
        }
        return written
    }
}
