package import PodiumPrimitives

/// Why a report cannot be made, checked or written.
package struct ReportError: DescribedError, Sendable, Equatable {
    package enum Code: String, Sendable {
        /// The report's values contradict each other, or a number is not finite.
        case invalidReport
        /// A table of published results in `reports/published` is not in its form.
        case invalidPublishedTable
        /// A template in `reports/` does not parse or is missing.
        case template
        /// libxml2 could not write the document, most often for lack of memory.
        case xmlWriter
        /// A document is not well-formed XML.
        case malformedXML
        /// A document is well-formed but not what `podium-report.xsd` asks for.
        case schemaViolation
        /// The folder or a file in it cannot be written.
        case fileSystem
    }

    package let code: Code
    /// What happened, where, and what to do.
    package let message: String
    /// For XML: what libxml2 said, with lines counted from 1.
    package let findings: [Finding]

    package struct Finding: Sendable, Equatable {
        package let line: Int
        package let message: String

        package init(line: Int, message: String) {
            self.line = line
            self.message = message
        }
    }

    package init(_ code: Code, _ message: String, findings: [Finding] = []) {
        self.code = code
        self.message = message
        self.findings = findings
    }

    package var blame: Blame {
        code == .fileSystem ? .world : .job
    }

    package var description: String {
        ([message] + findings.map { "line \($0.line): \($0.message)" }).joined(separator: "\n")
    }
}
