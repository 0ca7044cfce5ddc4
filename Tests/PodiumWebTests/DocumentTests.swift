import Foundation
import PodiumCore
import PodiumStore
import PodiumTestSupport
import PodiumWeb
import PodiumWebAssets
import Testing

/// The document and the routes say the same.
@Suite(.database)
struct DocumentTests {
    static func document() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(WebAssets.openAPI)) as? [String: Any])
    }

    private static func operations() throws -> [(method: String, path: String, operation: [String: Any])] {
        let paths = try #require(try document()["paths"] as? [String: [String: [String: Any]]])
        return paths.flatMap { path, methods in methods.map { ($0.key.uppercased(), path, $0.value) } }
    }

    @Test func everyRouteIsDocumentedAndEveryDocumentedRouteIsThere() async throws {
        let site = try await Site.make()
        let routes = Set(site.app.documentedRoutes.map { "\($0.method) \($0.pattern)" })
        #expect(Set(try Self.operations().map { "\($0.method) \($0.path)" }) == routes)
        #expect(routes.count > 10)
        await site.store.close()
    }

    @Test func theDocumentSaysWhichRoleARouteNeeds() async throws {
        let site = try await Site.make()
        let operations = try Self.operations()
        for route in site.app.documentedRoutes {
            let operation = try #require(operations.first { $0.method == route.method && $0.path == route.pattern })
            #expect(operation.operation["x-role"] as? String == route.role?.rawValue, "\(route.pattern)")
        }
        await site.store.close()
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        let document = try Self.document()
        let schemas = try #require((document["components"] as? [String: Any])?["schemas"] as? [String: Any])
        let text = String(decoding: WebAssets.openAPI, as: UTF8.self)
        let names = Set(text.matches(of: #/"\$ref": "#\/components\/schemas\/([A-Za-z]+)"/#).map { String($0.1) })
        #expect(names.isSubset(of: Set(schemas.keys)) && !names.isEmpty)
    }

    @Test func everyDocumentedReadAnswersAsDocumented() async throws {
        let site = try await Site.make()
        let suite = try await site.fill()
        let run = try #require(suite.runs.values.map(\.rawValue).min())
        let token = try await site.token(.admin)
        let schemas = try Schemas(try Self.document())
        for (method, path, operation) in try Self.operations() where method == "GET" && !path.hasSuffix("/events") {
            // Files are asked for by attempts that hold a run, in tests of their own.
            if path == "/api/v1/artifacts" || path == "/api/v1/files" || path.hasSuffix("{sha256}") { continue }
            let target = path.replacing("{suite}", with: "\(suite.suite)").replacing("{run}", with: "\(run)")
                .replacing("{name}", with: "loss")
            let response = try await site.get(target, token: token)
            #expect(response.status == 200, "\(path)")
            let value = try JSONSerialization.jsonObject(with: Data(try response.text.utf8))
            let mistakes = schemas.mistakes(in: value, by: try Schemas.response(operation, "200"), at: path)
            #expect(mistakes.isEmpty, "\(mistakes)")
        }
        await site.store.close()
    }
}

/// As much of JSON Schema as the document uses.
struct Schemas {
    let named: [String: [String: Any]]

    init(_ document: [String: Any]) throws {
        named = try #require((document["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]])
    }

    static func response(_ operation: [String: Any], _ status: String) throws -> [String: Any] {
        let responses = try #require(operation["responses"] as? [String: [String: Any]])
        let content = try #require(responses[status]?["content"] as? [String: [String: Any]])
        return try #require(content["application/json"]?["schema"] as? [String: Any])
    }

    func mistakes(in value: Any, by schema: [String: Any], at place: String) -> [String] {
        if let name = (schema["$ref"] as? String)?.split(separator: "/").last {
            return mistakes(in: value, by: named[String(name)] ?? [:], at: place)
        }
        if let options = schema["anyOf"] as? [[String: Any]] {
            return options.contains { mistakes(in: value, by: $0, at: place).isEmpty } ? [] : ["\(place): \(value)"]
        }
        if let words = schema["enum"] as? [String] {
            return (value as? String).map(words.contains) == true ? [] : ["\(place): \(value) is none of \(words)"]
        }
        switch schema["type"] as? String {
        case "object":
            guard let object = value as? [String: Any] else { return ["\(place) is no object"] }
            let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
            let missing = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }
            var found = missing.map { "\(place) lacks \($0)" }
            for (key, part) in object {
                let more = schema["additionalProperties"] as? [String: Any]
                if let known = properties[key] ?? more {
                    found += mistakes(in: part, by: known, at: "\(place).\(key)")
                } else if !properties.isEmpty {
                    found.append("\(place).\(key) is not documented")
                }
            }
            return found
        case "array":
            guard let items = value as? [Any], let item = schema["items"] as? [String: Any] else {
                return ["\(place) is no array"]
            }
            return items.enumerated().flatMap { mistakes(in: $1, by: item, at: "\(place)[\($0)]") }
        case "string": return value is String ? [] : ["\(place) is no text"]
        case "integer":
            return (value as? NSNumber).map { $0.doubleValue == $0.doubleValue.rounded() } == true
                ? [] : ["\(place) is no whole number: \(value)"]
        case "number": return value is NSNumber ? [] : ["\(place) is no number"]
        case "boolean": return value is Bool ? [] : ["\(place) is neither true nor false"]
        default: return []
        }
    }
}
