import ArgumentParser
import Foundation
import PodiumDevices
import PodiumPJRT

struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compiles a job's training step for a TPU that need not be there.",
        discussion: """
            Says whether the step fits into the TPU's memory, what it costs, and how long the job \
            should take. The compiler is the real one (libtpu, fetched by `podium device install tpu`); \
            one step takes it a minute or two. The global batch is shared out over all devices of the \
            topology. Steps are counted for the official training sets unless the file limits them.

            The plan is kept in the data directory, and `podium show` puts it beside the measured time.

            Times come from the compiler; where its estimate makes no sense the roofline of the chip's \
            published rates is shown instead, which is a lower bound.

            A step that does not fit is compiled once more with training.gradientCheckpointing, which \
            keeps less and computes it again, and the result is shown as advice.

            Exit status 0 if everything fits, 1 if something does not.

            Examples:
              podium plan jobs/squad-large.yaml --tpu v2:2x2
              podium plan jobs/squad-large.yaml --tpu v5e:2x2 --json
            """
    )

    @OptionGroup var job: JobFileOptions
    @OptionGroup var place: PlaceOptions
    @Option(help: "The topology: v2:2x2, v3:2x2, v4:2x2x1, v5e:2x2, v5p:2x2x1, v6e:2x2, …")
    var tpu: String
    @Option(help: "Devices that share the batch (default: all of the topology).")
    var devices: Int?
    @Flag(help: "One JSON document.")
    var json = false

    func validate() throws {
        if let devices, devices < 1 { throw ValidationError("--devices must be positive") }
        do {
            _ = try TPUChip.parse(tpu)
        } catch {
            throw ValidationError(error.message)
        }
    }

    func run() async throws {
        let results = try place.planner().plan(
            try await job.submission(place: place),
            topology: tpu,
            devices: devices
        ) { Terminal.error($0) }
        if json {
            if results.count == 1 { try JSONOutput.print(results[0]) } else { try JSONOutput.print(results) }
        } else {
            try Terminal.print(results.map(\.text).joined(separator: "\n\n"))
        }
        let tooLarge = results.filter { !$0.fits }.map(\.name)
        if !tooLarge.isEmpty { throw Failure(.failed, "does not fit \(tpu): \(tooLarge.joined(separator: ", "))") }
    }
}
