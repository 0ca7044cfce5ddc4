/// How an engine is started inside a control group: it joins before it becomes the engine, so that nothing of it is outside.
package struct GroupedCommand {
    package let command: EngineCommand

    package init(_ engine: EngineCommand, group: MemoryGroups.Group) {
        command = EngineCommand(
            executable: "/bin/sh",
            // Should it not get in, it says so on standard error and runs all the same.
            arguments: ["-c", "echo $$ > \"$0\"; exec \"$@\"", group.processes, engine.executable] + engine.arguments,
            environment: engine.environment
        )
    }
}
