/// A checkpoint of the 2018 release, read under the names and in the orientation of transformers' files.
package struct ReleaseCheckpoint: RawTensorArchive {
    package let bundle: TensorBundle
    package let tensors: [ArchivedTensor]
    /// By the name in transformers: the checkpoint's tensor, and whether it is transposed.
    private let sources: [String: (tensor: ArchivedTensor, transposes: Bool)]

    package init(prefix: String) throws(BERTError) {
        bundle = try TensorBundle(prefix: prefix)
        var sources: [String: (tensor: ArchivedTensor, transposes: Bool)] = [:]
        tensors = bundle.tensors.map { tensor in
            let translation = ReleaseNames.toSafetensors(tensor.name, rank: tensor.shape.count)
            sources[translation.name] = (tensor, translation.transposes)
            return ArchivedTensor(
                name: translation.name,
                element: tensor.element,
                shape: translation.transposes ? tensor.shape.reversed() : tensor.shape
            )
        }
        self.sources = sources
    }

    package var path: String { bundle.path }
    package var metadata: [String: String] { bundle.metadata }

    package func tensor(named name: String) -> ArchivedTensor? {
        sources[name].map { source, transposes in
            ArchivedTensor(
                name: name,
                element: source.element,
                shape: transposes ? source.shape.reversed() : source.shape
            )
        }
    }

    package func bytes(of tensor: ArchivedTensor) throws(BERTError) -> [UInt8] {
        guard let (source, transposes) = sources[tensor.name] else {
            throw BERTError(.mismatch, "\(path): there is no tensor \(tensor.name)")
        }
        let bytes = try bundle.bytes(of: source)
        return transposes ? RawTensor.transposed(bytes, source) : bytes
    }
}
