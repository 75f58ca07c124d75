import FleetServing

extension ValidationSection {
  /// What an instance is compared with others of its kind as.
  private enum Group: String, CaseIterable {
    case oneNode = "One node, NVIDIA"
    case otherVendors = "Other vendors"
    case wideExpertParallelism = "Wide expert parallelism and single phases"

    /// Rates of one phase come from disaggregated deployments, most of which spread experts over many devices.
    init(_ configuration: InstanceConfiguration, _ phase: PublishedThroughput.Phase) {
      let strategy = configuration.strategy
      let spansNodes = strategy.devices > configuration.accelerator.devicesPerNode
      if phase != .closedLoop || strategy.expert > 1 && spansNodes {
        self = .wideExpertParallelism
      } else {
        self = configuration.accelerator.vendor == "nvidia" ? .oneNode : .otherVendors
      }
    }
  }

  /// Published rates of instances at saturation beside `LatencyModel.predictedThroughput`, grouped into one node of NVIDIA,
  /// other vendors, and wide expert parallelism with the rates of single phases. Rows without a published rate are passed over.
  public static func publishedThroughput(_ rows: [Measurement], catalog: Catalog) -> ValidationSection {
    let model = LatencyModel(constants: catalog.latencyConstants)
    var points: [Group: [ValidationPoint]] = [:]
    var unpredicted: [Remark] = []
    for row in rows {
      guard let published = row.published, let observed = published.tokensPerSecond else { continue }
      let found = model.predictedThroughput(row, in: catalog)
      guard let predicted = found.tokensPerSecond, let configuration = found.configuration else {
        unpredicted.append(Remark(row: row.words, reason: found.reason ?? "no prediction"))
        continue
      }
      let group = Group(configuration, published.phase)
      points[group, default: []].append(
        ValidationPoint(
          group: group.rawValue, configuration: configuration.words, load: row.load(published.phase),
          predicted: predicted, observed: observed, band: found.band, evidence: found.grade?.words ?? "",
          source: published.source))
    }
    return ValidationSection(
      id: "throughput", title: "Published throughput",
      explanation:
        "Rates of whole instances at saturation, input tokens/s of prefill instances and output tokens/s of all others. A closed "
        + "loop of c requests with answers of o tokens is predicted as c·o ÷ (TTFT + (o − 1)·TPOT), a prefill instance as the "
        + "prompt's tokens ÷ the time for which it occupies the instance, a decode instance as its batch ÷ its step.",
      unit: "tokens/s", observedName: "published", points: Group.allCases.flatMap { points[$0] ?? [] },
      unpredicted: unpredicted)
  }
}

extension InstanceConfiguration {
  /// `h100-sxm trtllm llama-3.3-70b fp8 TP2`.
  var words: String {
    "\(accelerator.id) \(backend) \(model.id) \(weightPrecision.rawValue) \(strategy.words)"
  }
}

extension ParallelStrategy {
  /// `TP8`, `TP2 PP2`, `DP8 EP8`.
  fileprivate var words: String {
    let degrees = [("TP", tensor), ("PP", pipeline), ("DP", data), ("EP", expert)].filter { $0.1 > 1 }
    return degrees.isEmpty ? "TP1" : degrees.map { "\($0.0)\($0.1)" }.joined(separator: " ")
  }
}

extension Measurement {
  /// The row with the names that it gives.
  fileprivate var words: String {
    let phase = published.map { "\($0.phase.rawValue) " } ?? ""
    return "\(phase)\(system) \(backend) \(model) \(weights) \(devices) devices, \(lengths)"
  }

  private var lengths: String { "\(whole(inputTokens))/\(whole(outputTokens))" }

  /// `128/2048, 2048 requests`; of one phase `2000/100, decode at 256`.
  fileprivate func load(_ phase: PublishedThroughput.Phase) -> String {
    switch phase {
    case .closedLoop: "\(lengths), \(whole(concurrency)) requests"
    case .prefill: "\(lengths), prefill"
    case .decode: "\(lengths), decode at \(whole(concurrency))"
    }
  }

  private func whole(_ value: Double) -> String { fixed(value, 0) }
}

extension LatencyGrade {
  /// For tables.
  fileprivate var words: String { rawValue.split(separator: "_").joined(separator: " ") }
}
