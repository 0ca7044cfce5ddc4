internal import PodiumPrimitives

extension ModelInspection {
    /// Everything but notes and complaint, as tables.
    package var text: String {
        var settings = TextTable([("SETTING", .left), ("VALUE", .left), ("FROM", .left)])
        for setting in tokenizer { settings.add([setting.name, setting.value, setting.source]) }
        settings.add(["labels", labels?.joined(separator: ", ") ?? "-", Self.origin(of: labels)])
        settings.add(["problem", problem ?? "-", Self.origin(of: problem)])
        var contents = TextTable([("FILE", .left), ("BYTES", .right), ("SHA-256", .left)])
        for file in files { contents.add([file.name, "\(file.bytes)", file.sha256]) }
        var table = TextTable([("TENSOR", .left), ("TYPE", .left), ("SHAPE", .left), ("USE", .left)])
        for tensor in tensors {
            let shape = tensor.shape.map(String.init).joined(separator: " × ")
            table.add([tensor.name, tensor.type, shape, tensor.use.rawValue])
        }
        return [
            "\(path): \(configuration.summary), \(vocabulary) pieces",
            "\(parameters) numbers in \(tensors.count) tensors (\(format)), SHA-256 \(sha256)",
            settings.rendered(), contents.rendered(), table.rendered(),
        ].joined(separator: "\n")
    }

    private static func origin(of statement: Any?) -> String {
        statement == nil ? "none stated" : "stated in config.json"
    }
}
