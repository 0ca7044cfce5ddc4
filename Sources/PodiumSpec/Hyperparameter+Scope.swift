package import PodiumCore

extension Work {
    /// One of each form of work that has hyper-parameters of its own, with every default.
    package static let prototypes: [(name: String, work: Work)] = {
        let model = ModelReference.named("")
        return [
            ("pretrain", .pretrain(Pretraining(model: .preset("")))),
            ("pretrain of a model with a vocabulary", .pretrain(Pretraining(model: model))),
            ("finetune", .finetune(FineTuning(model: model, task: .mrpc))),
            ("finetune of SQuAD", .finetune(FineTuning(model: model, task: .squadV1))),
            ("evaluate", .evaluate(Evaluating(model: model, task: .mrpc))),
            ("evaluate of SQuAD", .evaluate(Evaluating(model: model, task: .squadV1))),
            ("embed", .embed(Embedding(model: model, texts: []))),
        ]
    }()
}

extension Parameter<Work> {
    /// The runs that have it, in words: `pretrain, finetune`; `finetune of SQuAD, evaluate of SQuAD`.
    package var scope: String {
        func owner(_ kind: RunKind) -> [String] {
            let all = Work.prototypes.filter { $0.work.kind == kind }
            let owners = all.filter { applies(to: $0.work) }.map(\.name)
            if owners.count < all.count, owners.first == "pretrain" { return ["pretrain of a preset"] }
            return Array(owners.prefix(1))
        }
        return RunKind.allCases.flatMap(owner).joined(separator: ", ")
    }
}
