/// Tensors spread over several files, as `model.safetensors.index.json` lists them.
package struct ShardedSafetensors: RawTensorArchive {
    package let path: String
    package let tensors: [ArchivedTensor]
    package let metadata: [String: String] = [:]
    /// The paths of the files with the tensors.
    package let files: [String]
    private let shards: [Safetensors]
    /// Which shard has a tensor.
    private let places: [String: Int]

    private struct Index: Decodable {
        var weight_map: [String: String]
    }

    /// Opens the index and every file that it names, and compares the two.
    package init(path: String) throws(BERTError) {
        self.path = path
        let index = try ModelFile.json(Index.self, path, limit: 1 << 26)
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let names = Set(index.weight_map.values).sorted()
        guard !names.isEmpty else { throw BERTError(.malformed, "\(path): the index names no file") }
        guard names.count <= 10_000 else {
            throw BERTError(.malformed, "\(path): the index names \(names.count) files")
        }
        var shards: [Safetensors] = []
        var tensors: [ArchivedTensor] = []
        var places: [String: Int] = [:]
        for (number, name) in names.enumerated() {
            guard !name.contains("/"), name.hasSuffix(".safetensors") else {
                throw BERTError(.malformed, "\(path): \"\(name)\" is no .safetensors file beside the index")
            }
            let shard = try Safetensors(path: folder.isEmpty ? name : "\(folder)/\(name)")
            for tensor in shard.tensors {
                guard index.weight_map[tensor.name] == name else {
                    throw BERTError(
                        .malformed,
                        "\(path): the index places tensor \(tensor.name) \(index.weight_map[tensor.name].map { "in \($0)" } ?? "nowhere"), but it is in \(name)"
                    )
                }
                places[tensor.name] = number
            }
            tensors += shard.tensors
            shards.append(shard)
        }
        if let missing = index.weight_map.keys.sorted().first(where: { places[$0] == nil }) {
            throw BERTError(.malformed, "\(path): tensor \(missing) is not in \(index.weight_map[missing] ?? "")")
        }
        self.shards = shards
        self.tensors = tensors
        self.places = places
        files = shards.map(\.path)
    }

    package func tensor(named name: String) -> ArchivedTensor? {
        places[name].flatMap { shards[$0].tensor(named: name) }
    }

    package func bytes(of tensor: ArchivedTensor) throws(BERTError) -> [UInt8] {
        guard let place = places[tensor.name] else {
            throw BERTError(.mismatch, "\(path): there is no tensor \(tensor.name)")
        }
        return try shards[place].bytes(of: tensor)
    }
}
