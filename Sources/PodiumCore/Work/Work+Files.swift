/// A file or folder outside of the suite that a run reads.
package enum InputPlace: Hashable, Sendable {
    case file(String)
    /// A folder with all that is in it, or the prefix of a TensorFlow checkpoint in one.
    case folder(String)
    /// A model by its name in `models/` of the data directory.
    case model(String)
    /// The files of a task in a folder of the official layout.
    case task(BenchmarkTask, DataSplit, root: String)
}

extension Work {
    /// What the work reads that no run of its suite makes; the sample is generated where it is needed.
    package var places: [InputPlace] {
        var places: [InputPlace] = []
        switch model {
        case .named(let name): places.append(.model(name))
        case .path(let path): places.append(.folder(path))
        case .vectors(let path): places.append(.file(path))
        case .run, .preset, nil: break
        }
        func add(_ task: BenchmarkTask, _ data: DataReference, _ splits: [DataSplit]) {
            guard case .root(let root) = data else { return }
            places += splits.map { .task(task, $0, root: root) }
        }
        if let examples {
            add(examples.task, examples.data, (fineTuning == nil ? [] : [.train]) + examples.task.developmentSplits)
            for set in examples.unscoredSets { add(set.task, examples.data, [set.split]) }
        }
        switch pretraining?.corpus {
        case .files(let files): places += files.map { .file($0) }
        case .shards(let folder): places.append(.folder(folder))
        case .task(let task, let data): add(task, data, [.train])
        case .sample, nil: break
        }
        places += (embedding?.texts ?? []).map { .file($0) }
        var seen: Set<InputPlace> = []
        return places.filter { seen.insert($0).inserted }
    }

    /// The paths that the job file named: nothing else outside of the data directory is a run's to read.
    package var paths: [String] {
        places.compactMap { place in
            switch place {
            case .file(let path), .folder(let path): path
            case .task(_, _, let root): root
            case .model: nil
            }
        }
    }

    /// The same work with the files that it reads at other paths.
    package func relocated(_ place: (String) -> String) -> Work {
        func data(_ reference: DataReference) -> DataReference {
            if case .root(let path) = reference { .root(place(path)) } else { reference }
        }
        func model(_ reference: ModelReference) -> ModelReference {
            switch reference {
            case .path(let path): .path(place(path))
            case .vectors(let path): .vectors(place(path))
            case .named, .run, .preset: reference
            }
        }
        switch self {
        case .pretrain(var work):
            if case .model(let reference) = work.start { work.start = .model(model(reference)) }
            switch work.corpus {
            case .files(let files): work.corpus = .files(files.map(place))
            case .shards(let folder): work.corpus = .shards(place(folder))
            case .task(let task, let reference): work.corpus = .task(task, data(reference))
            case .sample: break
            }
            return .pretrain(work)
        case .finetune(var work):
            work.model = model(work.model)
            work.examples.data = data(work.examples.data)
            return .finetune(work)
        case .evaluate(var work):
            work.model = model(work.model)
            work.examples.data = data(work.examples.data)
            return .evaluate(work)
        case .embed(var work):
            work.model = model(work.model)
            work.texts = work.texts.map(place)
            return .embed(work)
        case .report: return .report
        }
    }
}

extension BenchmarkTask {
    /// The splits that the task is scored on while developing.
    package var developmentSplits: [DataSplit] {
        self == .mnli ? [.devMatched, .devMismatched] : [.dev]
    }
}
