import FleetServing

/// Latencies of a plan at its actual rates: queues, batches and transfers recomputed from the latency model, without the
/// linear loads that the program worked with.
struct LatencyEvaluation: Sendable {
  /// What one group gives one class in one period; `nil` where a measured table states no latency.
  struct Prediction: Sendable, Hashable {
    /// Arrival → first token at the prefill (or aggregated) instance, before any KV transfer [s].
    var ttftSeconds: Double?
    var tpotSeconds: Double?
  }

  let problem: PlanningProblem
  let serving: ServingModel
  let lengths: [LengthDistribution]
  let objectives: [EffectiveObjectives]

  /// - Parameter margin: End of the error bands to predict; by default the one that the policy asks for.
  init(problem: PlanningProblem, constants: LatencyConstants, margin: LatencyMargin? = nil) {
    let enumeration = CandidateEnumeration(problem: problem, constants: constants, margin: margin)
    self.problem = problem
    serving = enumeration.serving
    lengths = enumeration.lengths
    objectives = enumeration.objectives
  }

  /// Predictions by class for `instances` of a configuration under a mix of rates [requests/s].
  ///
  /// - Parameters:
  ///   - maximumBatch: Most prompts in a step of a prefill instance; `nil` = as many as fit.
  ///   - chunkTokens: Token budget of an aggregated instance, where it is not that of the policy.
  func predict(
    phase: Phase, configuration: InstanceConfiguration, instances: Int, maximumBatch: Int? = nil,
    chunkTokens: Int? = nil,
    mix: [(classIndex: Int, rate: Double)]
  ) -> [Int: Prediction] {
    let classes = mix.map { entry in
      (
        AdmittedClass(
          id: problem.classes[entry.classIndex].id, lengths: lengths[entry.classIndex],
          ttft: objectives[entry.classIndex].ttft, tpot: objectives[entry.classIndex].tpot), entry.rate
      )
    }
    var result: [Int: Prediction] = [:]
    switch phase {
    case .prefill:
      let answer = serving.predictPrefill(
        configuration, instances: instances, mix: classes, maximumBatch: maximumBatch)
      for (entry, latency) in zip(mix, answer.classes) {
        result[entry.classIndex] = Prediction(ttftSeconds: latency.ttftSeconds, tpotSeconds: nil)
      }
    case .decode:
      let answer = serving.predictDecode(configuration, instances: instances, mix: classes)
      for (entry, latency) in zip(mix, answer.classes) {
        result[entry.classIndex] = Prediction(ttftSeconds: nil, tpotSeconds: latency.tpotSeconds)
      }
    case .aggregated:
      let answer = serving.with(chunkTokens: chunkTokens).predictAggregated(
        configuration, instances: instances, mix: classes)
      for (index, entry) in mix.enumerated() {
        result[entry.classIndex] = Prediction(
          ttftSeconds: answer.prefill.classes[index].ttftSeconds,
          tpotSeconds: answer.decode.classes[index].tpotSeconds)
      }
    }
    return result
  }

  /// Latencies that a measured table states for the classes that share its instances: those of the slowest rows used,
  /// because sequences of one instance go through the same steps.
  func measured(table: CapacityTable, classes: [Int]) -> [Int: Prediction] {
    var worst = Prediction(ttftSeconds: nil, tpotSeconds: nil)
    for index in classes {
      guard case .serves(let match) = table.load(for: problem.classes[index]) else { continue }
      worst.ttftSeconds = [worst.ttftSeconds, match.ttftSeconds].compactMap(\.self).max()
      worst.tpotSeconds = [worst.tpotSeconds, match.tpotSeconds].compactMap(\.self).max()
    }
    return Dictionary(classes.map { ($0, worst) }) { first, _ in first }
  }

  /// Visible KV transfer of a class between two configurations [s]; 0 where one of them is a measured table.
  func transferSeconds(
    from sender: InstanceConfiguration?, pool: Int, to receiver: InstanceConfiguration?, pool decodePool: Int,
    classIndex: Int
  ) -> Double {
    guard let sender, let receiver else { return 0 }
    let tokens = TransferTimes.countedTokens(problem.classes[classIndex], lengths: lengths[classIndex])
    let prefill = serving.latency.withoutMargin.prefillSeconds(sender, inputTokens: tokens).totalSeconds
    let link = problem.links.first {
      $0.prefillPoolID == problem.pools[pool].id && $0.decodePoolID == problem.pools[decodePool].id
    }
    let estimate = KVTransferModel(constants: serving.latency.constants).estimate(
      from: sender, to: receiver, tokens: tokens, link: link, prefillSeconds: prefill)
    return estimate?.visibleSeconds ?? .infinity
  }
}
