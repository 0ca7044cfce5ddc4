/// A key by its name.
package struct ParameterKey: CodingKey {
    package let stringValue: String
    package init(stringValue: String) { self.stringValue = stringValue }
    package var intValue: Int? { nil }
    package init?(intValue: Int) { nil }
}

extension Parameter<Work> {
    /// Writes all that is set.
    static func encode(_ work: Work, into values: inout KeyedEncodingContainer<ParameterKey>) throws {
        for setting in work.settings {
            let key = ParameterKey(stringValue: setting.key)
            switch setting.value {
            case .number(let value), .seconds(let value): try values.encode(value, forKey: key)
            case .integer(let value): try values.encode(value, forKey: key)
            case .flag(let value): try values.encode(value, forKey: key)
            case .choice(let value), .name(let value): try values.encode(value, forKey: key)
            case .bytes(let value): try values.encode(value, forKey: key)
            case .list(let items):
                var list = values.nestedUnkeyedContainer(forKey: key)
                for item in items {
                    switch item {
                    case .number(let value): try list.encode(value)
                    default: try list.encode(item.description)
                    }
                }
            }
        }
    }

    /// Reads all that is there; what is not keeps the work's own value only where that is none.
    static func decode(_ values: KeyedDecodingContainer<ParameterKey>, into work: inout Work) throws {
        for key in values.allKeys {
            guard let parameter = named(key.stringValue), parameter.applies(to: work) else {
                throw DecodingError.dataCorruptedError(
                    forKey: key,
                    in: values,
                    debugDescription: "a \(work.kind.rawValue) run has no hyper-parameter \(key.stringValue)"
                )
            }
            let value: ParameterValue =
                switch parameter.domain {
                case .number, .share: .number(try values.decode(Double.self, forKey: key))
                case .seconds: .seconds(try values.decode(Double.self, forKey: key))
                case .integer: .integer(try values.decode(Int.self, forKey: key))
                case .flag: .flag(try values.decode(Bool.self, forKey: key))
                case .choice: .choice(try values.decode(String.self, forKey: key))
                case .name: .name(try values.decode(String.self, forKey: key))
                case .bytes: .bytes(try values.decode(Int64.self, forKey: key))
                case .list(.number), .list(.share):
                    .list(try values.decode([Double].self, forKey: key).map { .number($0) })
                case .list: .list(try values.decode([String].self, forKey: key).map { .choice($0) })
                }
            guard parameter.domain.contains(value) else {
                throw DecodingError.dataCorruptedError(
                    forKey: key,
                    in: values,
                    debugDescription: "\(key.stringValue) is \(value), not \(parameter.domain.requirement)"
                )
            }
            parameter.set(value, in: &work)
        }
        for setting in work.settings where !values.contains(ParameterKey(stringValue: setting.key)) {
            throw DecodingError.keyNotFound(
                ParameterKey(stringValue: setting.key),
                .init(codingPath: values.codingPath, debugDescription: "training lacks \(setting.key)")
            )
        }
    }
}
