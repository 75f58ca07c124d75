import FleetJSON

extension ProblemReading {
  func readClasses(_ object: JSONObject) {
    guard let elements = object.array("classes", "an array of classes", count: 1...ProblemBounds.classes) else {
      return classes.giveUp()
    }
    for element in elements {
      guard let entry = element.object("a class", .requestClass) else {
        classes.giveUp()
        continue
      }
      let id = entry.id()
      let decoded = requestClass(entry, id: id ?? "")
      classes.add(id, at: entry, decoded)
    }
  }

  private func requestClass(_ entry: JSONObject, id: String) -> RequestClass? {
    let modelReader = entry.required("model", "the id of a model")
    let modelID = servedModelID(at: modelReader)
    let model = modelID.flatMap { models[$0] }
    let given = entry.optional("rate_per_s").map { readRates($0) }
    let lengthReader = entry.required("lengths", "an object with the lengths of requests")
    let lengths = lengthReader.flatMap { readLengths($0, longest: model?.longestSequenceTokens) }
    let objective =
      entry.optional("slo").map { readObjective($0, model: model, lengths: lengths?.distribution) }
      ?? ServiceLevelObjective()
    if entry.optional("slo") == nil {
      warn(entry.reader, "the class has no slo", hint: "it is planned for throughput alone")
    }
    if given == nil, let lengths, lengths.tracedRate == nil {
      entry.recordMissing("rate_per_s", "requests/s")
    }
    if let lengthReader, let model, let lengths { checkContext(lengthReader, model, lengths.distribution) }

    guard let modelID, let lengths, let objective else { return nil }
    let rates = given ?? lengths.tracedRate.map { Array(repeating: $0, count: periods?.count ?? 1) }
    guard let rates else { return nil }
    return RequestClass(
      id: id, modelID: modelID, ratePerSecond: rates, lengths: lengths.distribution, objective: objective)
  }

  /// One rate for all periods, or one for each.
  private func readRates(_ reader: JSONReader) -> [Double]? {
    let range = NumberRange.closed(0, ProblemBounds.ratePerSecond)
    if reader.isNumber {
      return reader.number("a rate", unit: "requests/s", in: range).map {
        Array(repeating: $0, count: periods?.count ?? 1)
      }
    }
    guard reader.isArray else {
      reader.expected("a rate in requests/s, or an array of one rate per period")
      return nil
    }
    let count = periods.map { $0.count...$0.count } ?? 1...ProblemBounds.periods
    return reader.array("an array of one rate per period", count: count)?.allOrNil {
      $0.number("a rate", unit: "requests/s", in: range)
    }
  }

  /// A class cannot be longer than the context of its model, nor than what a deployment is asked to admit.
  private func checkContext(_ reader: JSONReader, _ model: ServedModel, _ lengths: LengthDistribution) {
    guard let longest = model.longestSequenceTokens, lengths.maximumSequenceTokens > longest else { return }
    let source =
      model.maximumSequenceTokens == nil ? "the context of \(model.id)" : "max_sequence_tokens of \(model.id)"
    reader.fault(
      "the longest request has \(tokens(lengths.maximumSequenceTokens)) tokens, more than \(source), "
        + "\(tokens(longest)) tokens",
      hint: "input and output count together"
        + (reader.dictionary()?.optional("trace") == nil ? "" : "; beyond_context can clip or drop such rows"))
  }

  // MARK: Objectives

  private func readObjective(
    _ reader: JSONReader, model: ServedModel?, lengths: LengthDistribution?
  ) -> ServiceLevelObjective? {
    guard let object = reader.object("latency objectives", .slo) else { return nil }
    let before = reader.faults.faults.count
    let reference = idleReference(object, model: model, lengths: lengths)
    let ttft =
      latency(object, "ttft_ms", usual: 10...60_000)
      ?? slowdown(object, "ttft_slowdown", \.ttftSeconds, of: reference)
    let tpot =
      latency(object, "tpot_ms", usual: 1...1000)
      ?? slowdown(object, "tpot_slowdown", \.tpotSeconds, of: reference)
    let endToEnd =
      latency(object, "e2e_ms", usual: 50...3_600_000)
      ?? slowdown(object, "e2e_slowdown", \.endToEndSeconds, of: reference)
    if let ttft, let endToEnd, endToEnd.seconds < ttft.seconds {
      object.fault(
        object.optional("e2e_ms") == nil ? "e2e_slowdown" : "e2e_ms",
        "the limit of the whole answer, \(milliseconds(endToEnd)) ms, is below that of its first token, "
          + "\(milliseconds(ttft)) ms")
    }
    if reader.faults.faults.count > before { return nil }
    return ServiceLevelObjective(ttft: ttft, tpot: tpot, endToEnd: endToEnd)
  }

  /// A limit in ms with percentile 95, or an object with both.
  /// - Parameter usual: Limits outside are a warning; those a hundred times below its start are taken for seconds.
  private func latency(_ slo: JSONObject, _ key: String, usual: ClosedRange<Double>) -> LatencyObjective? {
    guard let reader = slo.optional(key) else { return nil }
    var percentile: Double? = 95
    let limitReader: JSONReader?
    if reader.isNumber {
      limitReader = reader
    } else {
      guard let object = reader.object("a limit in ms, or an object with limit and percentile", .latencyObjective)
      else {
        return nil
      }
      percentile = object.optional("percentile").map { self.percentile($0) } ?? 95
      limitReader = object.required("limit", "a limit in ms")
    }
    guard let limitReader, let limit = limitReader.number("a limit", unit: "ms", in: .above(0)), let percentile else {
      return nil
    }
    if limit < usual.lowerBound / 10 {
      limitReader.fault(
        "\(limitReader.node.summary) ms cannot be met by any model", hint: "the unit is ms: 1.5 s are 1500")
      return nil
    }
    if !usual.contains(limit) {
      warn(
        limitReader, "\(limitReader.node.summary) ms is unusual for \(key)",
        hint: limit < usual.lowerBound ? "the unit is ms: 1.5 s are 1500" : "the unit is ms, not µs")
    }
    return LatencyObjective(seconds: limit / 1000, percentile: percentile / 100)
  }

  func percentile(_ reader: JSONReader) -> Double? {
    guard let value = reader.number("a percentile", in: .open(0, 100)) else { return nil }
    if value <= 1 {
      reader.expected("a percentile > 1 and < 100", hint: "write 95 for 0.95")
      return nil
    }
    if value < 50 { warn(reader, "the percentile \(reader.node.summary) is below the median") }
    return value
  }

  private func milliseconds(_ objective: LatencyObjective) -> String { tokens(objective.seconds * 1000) }
}

extension ServedModel {
  /// Longest sequence that may occur [tokens]; `nil` when no limit is known.
  var longestSequenceTokens: Double? {
    (maximumSequenceTokens ?? architecture?.maximumContextTokens).map(Double.init)
  }
}

/// A number without a fraction where it has none.
func tokens(_ number: Double) -> String {
  Int(exactly: number.rounded()).map { Double($0) == number ? String($0) : String(number) } ?? String(number)
}
