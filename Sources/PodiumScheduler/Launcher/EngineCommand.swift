/// How to start an engine: the program gets the attempt's folder as its last argument.
package struct EngineCommand: Sendable {
    package var executable: String
    package var arguments: [String]

    package init(executable: String, arguments: [String]) {
        self.executable = executable
        self.arguments = arguments
    }
}
