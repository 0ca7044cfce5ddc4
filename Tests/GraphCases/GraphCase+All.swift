import PodiumGraph

extension GraphCase {
    /// A case for every operation and every attribute that changes what it does.
    package static func all(_ size: CaseSize) -> [GraphCase] {
        linears(size) + norms(size) + attentions(size) + wideAttentions(size) + classAttentions(size) + rows(size)
            + recurrent(size) + means(size)
            + losses(size) + [
                tied(size), encoder(size), recomputed(size),
            ]
    }

    private static func linears(_ size: CaseSize) -> [GraphCase] {
        let activations: [Activation] = [.identity, .gelu, .geluTanh, .tanh]
        return activations.flatMap { activation in
            [true, false].map { hasBias in
                var build = CaseBuilder(size)
                let x = build.tokens("x", width: size.width)
                let weight = build.parameter("weight", [2 * size.width + 1, size.width], spread: 0.5)
                let bias = hasBias ? build.parameter("bias", [2 * size.width + 1]) : nil
                let y = build.graph.linear(x, weight: weight, bias: bias, activation: activation)
                let loss = build.project(y, rows: size.tokens)
                return build.finish("linear \(activation)\(hasBias ? " with bias" : "")", loss: loss)
            }
        }
    }

    private static func norms(_ size: CaseSize) -> [GraphCase] {
        [(true, Float(0.25)), (true, 0), (false, 0.5), (false, 0)].map { hasResidual, rate in
            var build = CaseBuilder(size)
            let x = build.tokens("x", width: size.width)
            let residual = hasResidual ? build.tokens("residual", width: size.width) : nil
            let gamma = build.parameter("gamma", [size.width], center: 1, spread: 0.5)
            let beta = build.parameter("beta", [size.width])
            let y = build.graph.addDropoutNorm(
                x,
                residual: residual,
                gamma: gamma,
                beta: beta,
                epsilon: 1e-3,
                dropoutRate: rate,
                rows: build.packed.tokenRows
            )
            let loss = build.project(y, rows: size.tokens)
            return build.finish("norm\(hasResidual ? " of a sum" : "") at dropout \(rate)", loss: loss)
        }
    }

    private static func attentions(_ size: CaseSize) -> [GraphCase] {
        let masks: [Attention.Mask] = [.bidirectional, .causal]
        return masks.flatMap { mask in
            [(true, Float(0)), (false, 0), (true, 0.25), (false, 0.25)].map { isFused, rate in
                var build = CaseBuilder(size)
                let y: Value
                if isFused {
                    let fused = build.tokens("qkv", width: 3 * size.width)
                    y = build.graph.attention(
                        fused: fused,
                        sequences: build.packed,
                        heads: size.heads,
                        mask: mask,
                        dropoutRate: rate
                    )
                } else {
                    let (q, k) = (build.tokens("q", width: size.width), build.tokens("k", width: size.width))
                    y = build.graph.attention(
                        q: q,
                        k: k,
                        v: build.tokens("v", width: size.width),
                        sequences: build.packed,
                        heads: size.heads,
                        mask: mask,
                        dropoutRate: rate
                    )
                }
                let loss = build.project(y, rows: size.tokens)
                return build.finish("\(mask) \(isFused ? "fused " : "")attention at dropout \(rate)", loss: loss)
            }
        }
    }

    /// Heads as wide as whole vectors: one to four of them.
    private static func wideAttentions(_ size: CaseSize) -> [GraphCase] {
        // Finite differences of so many elements would take minutes.
        guard size.tokens > 100 else { return [] }
        return [16, 32, 48, 64, 80].map { headWidth in
            var build = CaseBuilder(size)
            let fused = build.tokens("qkv", width: 6 * headWidth)
            let y = build.graph.attention(fused: fused, sequences: build.packed, heads: 2, dropoutRate: 0.25)
            return build.finish("attention of \(headWidth) wide heads", loss: build.project(y, rows: size.tokens))
        }
    }

    /// Attention of first tokens only.
    private static func classAttentions(_ size: CaseSize) -> [GraphCase] {
        [Float(0), 0.25].map { rate in
            var build = CaseBuilder(size)
            let x = build.tokens("x", width: size.width)
            let y = build.graph.classAttention(
                x,
                weight: build.parameter("weight", [3 * size.width, size.width], spread: 0.5),
                bias: build.parameter("bias", [3 * size.width]),
                sequences: build.packed,
                heads: size.heads,
                dropoutRate: rate
            )
            let loss = build.project(y, rows: size.lengths.count)
            return build.finish("class attention at dropout \(rate)", loss: loss)
        }
    }

    /// One recurrent layer in each direction, side by side.
    package static func recurrent(_ size: CaseSize) -> [GraphCase] {
        [false, true].map { isReversed in
            var build = CaseBuilder(size)
            let z = build.tokens("z", width: 4 * size.width)
            let weight = build.parameter("recurrent", [4 * size.width, size.width], spread: 0.4)
            let y = build.graph.lstm(z, recurrentWeight: weight, sequences: build.packed, isReversed: isReversed)
            let name = "recurrent layer, \(isReversed ? "last" : "first") token first"
            return build.finish(name, loss: build.project(y, rows: size.tokens))
        }
    }

    private static func means(_ size: CaseSize) -> [GraphCase] {
        var whole = CaseBuilder(size)
        let mean = whole.graph.sequenceMean(whole.tokens("x", width: size.width), of: whole.packed)
        let loss = whole.project(mean, rows: size.lengths.count)
        let windows = [2, 1000].map { radius in
            var build = CaseBuilder(size)
            let x = build.tokens("x", width: size.width)
            let y = build.graph.windowMean(x, radius: radius, sequences: build.packed)
            // Two in a row, so that the transpose is differentiated too.
            let z = build.graph.windowMean(y, radius: radius, sequences: build.packed)
            return build.finish("mean of neighbours up to \(radius) away", loss: build.project(z, rows: size.tokens))
        }
        return [whole.finish("mean of sequences", loss: loss)] + windows
    }

    private static func rows(_ size: CaseSize) -> [GraphCase] {
        var pooled = CaseBuilder(size)
        let x = pooled.tokens("x", width: size.width)
        let ends = pooled.graph.concatenate([
            pooled.graph.firstTokens(x, of: pooled.packed), pooled.graph.lastTokens(x, of: pooled.packed),
        ])
        let dropped = pooled.graph.dropout(ends, rate: 0.25, rows: pooled.packed.sequenceRows)
        let loss = pooled.project(dropped, rows: size.lengths.count)

        var summed = CaseBuilder(size)
        let left = summed.tokens("left", width: size.width)
        let right = summed.graph.scale(summed.tokens("right", width: size.width), by: -0.75)
        let masked = summed.indices("masked", .symbol("masked"), [1, size.tokens - 1, 1, 0])
        let picked = summed.graph.gatherRows(summed.graph.add(left, right), at: masked)
        let projected = summed.project(picked, rows: 4)
        return [pooled.finish("sequence ends", loss: loss), summed.finish("picked rows of a sum", loss: projected)]
    }

    private static func losses(_ size: CaseSize) -> [GraphCase] {
        var mean = CaseBuilder(size)
        let logits = mean.tokens("logits", width: size.width)
        let labels = mean.indices("labels", mean.packed.tokens, (0..<size.tokens).map { $0 % 4 == 1 ? -100 : $0 % 5 })
        let meanLoss = mean.graph.softmaxCrossEntropy(logits, labels: labels)

        var weighted = CaseBuilder(size)
        let others = weighted.tokens("logits", width: size.width)
        let targets = weighted.indices("labels", weighted.packed.tokens, (0..<size.tokens).map { $0 % 5 })
        let weights = weighted.random([size.tokens]).map { $0 > 0 ? 1 : $0 > -0.5 ? 0.5 : 0 }
        let weight = weighted.input("weights", [weighted.packed.tokens], weights)
        let weightedLoss = weighted.graph.softmaxCrossEntropy(others, labels: targets, weights: weight)

        let outsides: [SpanCrossEntropy.Outside] = [.ignored, .first]
        let spans = outsides.map { outside in
            var build = CaseBuilder(size)
            let logits = build.tokens("logits", width: 2)
            let sequences = build.packed.sequences
            let starts = build.indices("starts", sequences, size.lengths.map { $0 / 2 })
            let ends = build.indices("ends", sequences, size.lengths.map { $0 == 1 ? -1 : $0 == 3 ? 3 : $0 - 1 })
            let loss = build.graph.spanCrossEntropy(
                logits,
                sequences: build.packed,
                starts: starts,
                ends: ends,
                outside: outside
            )
            return build.finish("span loss, outside \(outside)", loss: loss)
        }
        return [
            mean.finish("cross entropy with ignored labels", loss: meanLoss),
            weighted.finish("weighted cross entropy", loss: weightedLoss),
        ] + spans
    }

    /// Word embeddings that also decode: gradients from both uses add up.
    private static func tied(_ size: CaseSize) -> GraphCase {
        var build = CaseBuilder(size)
        let (x, word) = embedded(&build, rate: 0)
        let positions = [0, size.tokens - 1, 2]
        let masked = build.indices("masked", .symbol("masked"), positions)
        let picked = build.graph.gatherRows(x, at: masked)
        let bias = build.parameter("output bias", [size.vocabulary])
        let logits = build.graph.linear(picked, weight: word, bias: bias)
        let labels = build.indices("labels", .symbol("masked"), positions.map { $0 % size.vocabulary })
        return build.finish("tied decoder", loss: build.graph.softmaxCrossEntropy(logits, labels: labels))
    }

    /// A one-layer encoder with a classifier, dropout everywhere.
    private static func encoder(_ size: CaseSize) -> GraphCase {
        var build = CaseBuilder(size)
        let loss = encoderLoss(&build)
        return build.finish("encoder", loss: loss)
    }

    /// Two stretches with dropout, computed again for their gradients.
    private static func recomputed(_ size: CaseSize) -> GraphCase {
        var build = CaseBuilder(size)
        build.graph.recomputes = true
        let rows = build.packed.tokenRows
        var x = build.tokens("x", width: size.width)
        for name in ["first", "second"] {
            let up = build.parameter("\(name)/up", [2 * size.width, size.width], spread: 0.5)
            let down = build.parameter("\(name)/down", [size.width, 2 * size.width], spread: 0.5)
            let (gamma, beta) = norm(&build, name)
            x = build.graph.recomputed { graph in
                let inner = graph.linear(x, weight: up, activation: .gelu)
                return graph.addDropoutNorm(
                    graph.linear(inner, weight: down),
                    residual: x,
                    gamma: gamma,
                    beta: beta,
                    dropoutRate: 0.25,
                    rows: rows
                )
            }
        }
        return build.finish("recomputed", loss: build.project(x, rows: size.tokens))
    }

    /// Training steps of the one-layer encoder.
    package static func trainings(_ size: CaseSize) -> [GraphCase] {
        var corrected = OptimizerOptions()
        corrected.adam.correctsBias = true
        corrected.clip = nil
        var clipped = OptimizerOptions()
        clipped.clip = 0.01
        return [("release", OptimizerOptions()), ("corrected, unclipped", corrected), ("clipped", clipped)].map {
            var build = CaseBuilder(size)
            let loss = encoderLoss(&build)
            return build.finish("AdamW step, \($0.0)", minimize: loss, options: $0.1)
        }
    }

    private static func encoderLoss(_ build: inout CaseBuilder) -> Value {
        let (size, rate) = (build.size, Float(0.125))
        let rows = build.packed.tokenRows
        var (x, _) = embedded(&build, rate: rate)
        let fused = linear(&build, x, "qkv", 3 * size.width)
        let context = build.graph.attention(
            fused: fused,
            sequences: build.packed,
            heads: size.heads,
            dropoutRate: rate
        )
        let projected = linear(&build, context, "output", size.width)
        let first = norm(&build, "first")
        x = build.graph.addDropoutNorm(
            projected,
            residual: x,
            gamma: first.gamma,
            beta: first.beta,
            dropoutRate: rate,
            rows: rows
        )
        let hidden = linear(&build, x, "intermediate", 4 * size.width, .gelu)
        let down = linear(&build, hidden, "down", size.width)
        let second = norm(&build, "second")
        x = build.graph.addDropoutNorm(
            down,
            residual: x,
            gamma: second.gamma,
            beta: second.beta,
            dropoutRate: rate,
            rows: rows
        )
        let pooled = linear(&build, build.graph.firstTokens(x, of: build.packed), "pooler", size.width, .tanh)
        let dropped = build.graph.dropout(pooled, rate: rate, rows: build.packed.sequenceRows)
        let logits = linear(&build, dropped, "classifier", 3)
        let labels = build.indices("labels", build.packed.sequences, size.lengths.indices.map { $0 % 3 })
        return build.graph.softmaxCrossEntropy(logits, labels: labels)
    }

    private static func embedded(_ build: inout CaseBuilder, rate: Float) -> (output: Value, word: Value) {
        let (size, tokens) = (build.size, build.packed.tokens)
        let ids = build.indices("tokens", tokens, (0..<size.tokens).map { ($0 * 7 + 3) % size.vocabulary })
        let types = build.indices("types", tokens, (0..<size.tokens).map { $0 % 2 })
        let word = build.parameter("word", [size.vocabulary, size.width])
        let position = build.parameter("position", [size.lengths.max() ?? 1, size.width])
        let type = build.parameter("type", [2, size.width])
        let norm = norm(&build, "embeddings")
        let output = build.graph.embed(
            tokens: ids,
            positions: build.packed.positions,
            types: types,
            wordTable: word,
            positionTable: position,
            typeTable: type,
            gamma: norm.gamma,
            beta: norm.beta,
            dropoutRate: rate,
            rows: build.packed.tokenRows
        )
        return (output, word)
    }

    private static func norm(_ build: inout CaseBuilder, _ name: String) -> (gamma: Value, beta: Value) {
        let gamma = build.parameter("\(name) gamma", [build.size.width], center: 1, spread: 0.5)
        return (gamma, build.parameter("\(name) beta", [build.size.width]))
    }

    private static func linear(
        _ build: inout CaseBuilder,
        _ x: Value,
        _ name: String,
        _ width: Int,
        _ activation: Activation = .identity
    ) -> Value {
        let spread = 1.5 / Double(x.width).squareRoot()
        let weight = build.parameter("\(name) weight", [width, x.width], spread: spread)
        let bias = build.parameter("\(name) bias", [width])
        return build.graph.linear(x, weight: weight, bias: bias, activation: activation)
    }
}
