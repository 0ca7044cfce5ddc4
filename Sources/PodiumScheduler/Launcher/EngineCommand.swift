/// How to start an engine: the program gets the attempt's folder as its last argument.
package struct EngineCommand: Sendable {
    package var executable: String
    package var arguments: [String]
    /// Added to the environment that the worker has.
    package var environment: [String: String]

    package init(executable: String, arguments: [String], environment: [String: String] = [:]) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }
}
