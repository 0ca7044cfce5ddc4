package import PodiumCore

extension JobStore {
    /// Writes on the one suite that is meant; checks what would not be found again.
    package func annotate(_ suite: String, _ annotation: SuiteAnnotation) async throws -> SuiteSummary {
        for tag in annotation.addedTags where !Self.isTag(tag) {
            throw ExperimentError(
                .invalidRequest,
                "\"\(tag)\" is no tag; a tag has 1 to 60 letters, digits or - . _ : / characters"
            )
        }
        if let note = annotation.note, note.utf8.count > 10_000 {
            throw ExperimentError(.invalidRequest, "a note has at most 10000 bytes, not \(note.utf8.count)")
        }
        let record = try await requireOneSuite(suite)
        guard let summary = try await annotate(record.id, annotation) else {
            throw ExperimentError(.invalidRequest, "suite \(record.id) is not there any more")
        }
        return summary
    }

    private static func isTag(_ text: String) -> Bool {
        (1...60).contains(text.count)
            && text.allSatisfy { $0.isLetter || $0.isNumber || "-._:/".contains($0) }
    }
}
