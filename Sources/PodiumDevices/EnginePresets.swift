import PodiumBERT

/// The sizes of fresh models that job files may name.
package enum EnginePresets {
    package static let names = Configuration.presets.map(\.name)
}
