import Foundation
import PodiumBERT
import Testing

/// The names of a head's classes travel with the model.
@Suite struct ClassifierTests {
    private func classifier(_ keys: String) throws -> Classifier {
        try withTemporaryFolder { folder in
            for name in ["vocab.txt", "model.safetensors"] {
                try FileManager.default.copyItem(atPath: "\(Fixture.tinyModel)/\(name)", toPath: "\(folder)/\(name)")
            }
            let text = try String(contentsOfFile: "\(Fixture.tinyModel)/config.json", encoding: .utf8)
            try text.replacing("{\n", with: "{\n\(keys)\n", maxReplacements: 1).write(
                toFile: "\(folder)/config.json",
                atomically: false,
                encoding: .utf8
            )
            return try ModelDirectory(path: folder).classifier
        }
    }

    @Test func eitherTableGivesTheNames() throws {
        #expect(try classifier("\"id2label\": {\"1\": \"b\", \"0\": \"a\"},").names == ["a", "b"])
        #expect(try classifier("\"label2id\": {\"b\": 1, \"a\": \"0\"},").names == ["a", "b"])
        #expect(try classifier("").names == nil)
        #expect(try classifier("\"problem_type\": \"regression\", \"id2label\": {\"0\": \"LABEL_0\"},").hasMadeUpNames)
    }

    @Test func tablesThatContradictEachOtherAreTold() throws {
        let swapped = try classifier("\"id2label\": {\"0\": \"a\", \"1\": \"b\"}, \"label2id\": {\"a\": 1, \"b\": 0},")
        #expect(swapped.contradiction?.contains("a, b") == true && swapped.contradiction?.contains("b, a") == true)
        // Made-up names beside real ones are what tools leave behind.
        let left = try classifier(
            "\"id2label\": {\"0\": \"a\", \"1\": \"b\"}, \"label2id\": {\"LABEL_0\": 0, \"LABEL_1\": 1},"
        )
        #expect(left.contradiction == nil && left.names == ["a", "b"])
    }

    @Test func whatFineTuningWritesNamesTheClasses() throws {
        try withTemporaryFolder { folder in
            let model = try ModelDirectory(path: Fixture.tinyModel)
            let graph = Fixture.encoder(model.configuration).evaluationGraph(.classification(labels: 3))
            let classifier = Classifier(names: ["contradiction", "entailment", "neutral"], problem: .singleLabel)
            _ = try ModelDirectory.write(
                Fixture.tinyWeights(for: graph),
                configuration: model.configuration,
                classifier: classifier,
                tokenizer: model.tokenizer,
                to: folder
            )
            #expect(try ModelDirectory(path: folder).classifier == classifier)
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/config.json"))
            let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            #expect(json["id2label"] as? [String: String] == ["0": "contradiction", "1": "entailment", "2": "neutral"])
            #expect(json["label2id"] as? [String: Int] == ["contradiction": 0, "entailment": 1, "neutral": 2])
            #expect(json["problem_type"] as? String == "single_label_classification")
            #expect(json["num_labels"] as? Int == 3)
            #expect(json["architectures"] as? [String] == ["BertForSequenceClassification"])
        }
    }
}
