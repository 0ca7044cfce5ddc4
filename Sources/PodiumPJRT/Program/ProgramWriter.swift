/// Writes the body of one StableHLO function, in the generic form of its operations.
final class ProgramWriter {
    private(set) var lines: [String] = []
    private var count = 0
    private var constants: [String: Tensor] = [:]

    /// Appends an operation with one result.
    func emit(_ operation: String, _ operands: [Tensor], _ attributes: String = "", to type: ProgramType) -> Tensor {
        emit(operation, operands, attributes, region: "", to: [type])[0]
    }

    /// Appends an operation with a region and any number of results.
    func emit(
        _ operation: String,
        _ operands: [Tensor],
        _ attributes: String,
        region: String,
        to types: [ProgramType]
    ) -> [Tensor] {
        let name = "%\(count)"
        count += 1
        let names = operands.map(\.name).joined(separator: ", ")
        let from = operands.map { "\($0.type)" }.joined(separator: ", ")
        let results = types.map { "\($0)" }.joined(separator: ", ")
        let body = region.isEmpty ? "" : " ({\(region)})"
        let attached = attributes.isEmpty ? "" : " {\(attributes)}"
        let left = types.count == 1 ? name : "\(name):\(types.count)"
        lines.append("\(left) = \"\(operation)\"(\(names))\(body)\(attached) : (\(from)) -> (\(results))")
        return types.indices.map { index in
            Tensor(writer: self, name: types.count == 1 ? name : "\(name)#\(index)", type: types[index])
        }
    }

    /// A region with a block of its own, whose arguments have these types; for operations with regions.
    ///
    /// The body must read nothing but its arguments and what it writes itself.
    func region(_ types: [ProgramType], _ body: ([Tensor]) -> [Tensor]) -> String {
        let outer = (lines, constants)
        (lines, constants) = ([], [:])
        let arguments = types.map { type in
            count += 1
            return Tensor(writer: self, name: "%region\(count)", type: type)
        }
        let results = body(arguments)
        let list = arguments.map { "\($0.name): \($0.type)" }.joined(separator: ", ")
        let returned = results.map(\.name).joined(separator: ", ")
        let returnedTypes = results.map { "\($0.type)" }.joined(separator: ", ")
        let text = """
            ^bb0(\(list)):
            \(lines.joined(separator: "\n"))
            "stablehlo.return"(\(returned)) : (\(returnedTypes)) -> ()

            """
        (lines, constants) = outer
        return text
    }

    /// A region that combines two scalars by an operation, as reductions and scatters take it.
    static func combining(_ operation: String, _ element: ProgramElement) -> String {
        let type = ProgramType(element, [])
        return """
            ^bb0(%a: \(type), %b: \(type)): %c = "\(operation)"(%a, %b) : (\(type), \(type)) -> \(type) \
            "stablehlo.return"(%c) : (\(type)) -> ()
            """
    }

    /// A tensor with one value everywhere, written once per type and value.
    private func splat(_ text: String, _ type: ProgramType) -> Tensor {
        let key = "\(text) \(type)"
        if let known = constants[key] { return known }
        let made = emit("stablehlo.constant", [], "value = dense<\(text)> : \(type)", to: type)
        constants[key] = made
        return made
    }

    func constant(_ value: Float, _ shape: [Int] = []) -> Tensor {
        let bits = String(value.bitPattern, radix: 16, uppercase: true)
        return splat("0x" + String(repeating: "0", count: 8 - bits.count) + bits, ProgramType(.f32, shape))
    }

    func constant(_ value: Int32, _ shape: [Int] = []) -> Tensor { splat("\(value)", ProgramType(.i32, shape)) }
    func constant(_ value: UInt32, _ shape: [Int] = []) -> Tensor { splat("\(value)", ProgramType(.ui32, shape)) }
    func constant(_ value: Bool, _ shape: [Int] = []) -> Tensor { splat("\(value)", ProgramType(.i1, shape)) }

    /// 0, 1, 2, … along a dimension.
    func iota(_ element: ProgramElement, _ shape: [Int], along dimension: Int) -> Tensor {
        emit("stablehlo.iota", [], "iota_dimension = \(dimension) : i64", to: ProgramType(element, shape))
    }
}
