import FleetJSON

/// What `lengths` says: the distribution, and the rate of a trace.
struct ClassLengths {
  var distribution: LengthDistribution
  /// Mean rate of the trace [requests/s], already scaled; `nil` without a trace.
  var tracedRate: Double?
}

extension ProblemReading {
  /// - Parameter longest: Most tokens of one request; extrapolated tails of quantiles are cut there, and rows of a trace as
  ///   the problem says.
  func readLengths(_ reader: JSONReader, longest: Double?) -> ClassLengths? {
    guard let object = reader.object("the lengths of requests", .lengths) else { return nil }
    let forms = [["input_tokens", "output_tokens"], ["histogram"], ["trace"]].filter { keys in
      keys.contains { object.optional($0) != nil }
    }
    if forms.count != 1 {
      reader.fault(
        forms.isEmpty ? "no lengths are given" : "lengths are given in more than one way",
        hint: "give input_tokens and output_tokens, or histogram, or trace")
      return nil
    }
    for key in ["first_row", "rows", "rate_scale", "beyond_context"]
    where object.optional(key) != nil && object.optional("trace") == nil {
      object.fault(key, "\(key) belongs to a trace")
    }
    if let histogram = object.optional("histogram") {
      return readHistogram(histogram).map { ClassLengths(distribution: $0, tracedRate: nil) }
    }
    if let trace = object.optional("trace") { return readTrace(trace, object, longest: longest) }
    return readMarginals(object, longest: longest).map { ClassLengths(distribution: $0, tracedRate: nil) }
  }

  // MARK: Means and quantiles

  private func readMarginals(_ object: JSONObject, longest: Double?) -> LengthDistribution? {
    let what = "a number of tokens, or quantiles"
    let input = object.required("input_tokens", what).flatMap { lengths($0) }
    let output = object.required("output_tokens", what).flatMap { lengths($0) }
    guard let input, let output else { return nil }
    var wasCut = false
    let points = input.flatMap { first in
      output.map { second in
        var point = LengthDistribution.Point(
          inputTokens: first.tokens, outputTokens: second.tokens, weight: first.weight * second.weight)
        if let longest, first.isExtrapolated || second.isExtrapolated, first.tokens + second.tokens > longest {
          wasCut = true
          point.outputTokens = max(1, min(second.tokens, longest - 1))
          point.inputTokens = max(1, min(first.tokens, longest - point.outputTokens))
        }
        return point
      }
    }
    if wasCut {
      warn(
        object.reader, "the tails of the quantiles go beyond \(tokens(longest ?? 0)) tokens and are cut there",
        hint: "give max to say where they end")
    }
    return LengthDistribution(points: points)
  }

  /// One length, or the bins of a quantile function.
  private func lengths(_ reader: JSONReader) -> [QuantileFunction.Bin]? {
    if reader.isNumber {
      return reader.number("a number", unit: "tokens", in: .closed(1, ProblemBounds.tokens)).map {
        [QuantileFunction.Bin(tokens: $0, weight: 1, isExtrapolated: false)]
      }
    }
    guard let object = reader.dictionary("a number of tokens, or an object of quantiles") else { return nil }
    let before = reader.faults.faults.count
    var knots: [QuantileFunction.Knot] = []
    var bounds: [String: Double] = [:]
    for (key, value) in object.entries {
      guard key == "min" || key == "max" || percentile(key) != nil else {
        let note = ProblemFormat.Part.quantiles.notes[key]
        object.faultAtKey(
          key, "unknown key \"\(key)\"", hint: note ?? "write quantiles such as p50, p90, p99, min, max")
        continue
      }
      guard let tokens = value.number(unit: "tokens", in: .closed(1, ProblemBounds.tokens)) else { continue }
      if let percent = percentile(key) {
        knots.append(QuantileFunction.Knot(fraction: percent / 100, tokens: tokens))
      } else {
        bounds[key] = tokens
      }
    }
    if reader.faults.faults.count > before { return nil }
    knots.sort { $0.fraction < $1.fraction }
    if knots.count < 2 {
      reader.expected(
        "two quantiles or more", hint: "for a single length write the number itself: \"input_tokens\": 1000")
      return nil
    }
    let ladder = [bounds["min"]].compactMap { $0 } + knots.map(\.tokens) + [bounds["max"]].compactMap { $0 }
    if zip(ladder, ladder.dropFirst()).contains(where: { $0 > $1 }) {
      reader.fault("a higher quantile is below a lower one")
      return nil
    }
    if zip(knots, knots.dropFirst()).contains(where: { $0.fraction == $1.fraction }) {
      reader.fault("a quantile is given twice")
      return nil
    }
    return QuantileFunction(
      knots: knots, minimum: bounds["min"] ?? 1, maximum: bounds["max"] ?? ProblemBounds.tokens
    ).bins()
  }

  /// 99.9 of `p99.9`.
  private func percentile(_ key: String) -> Double? {
    guard key.hasPrefix("p"), key.utf8.dropFirst().allSatisfy({ "0123456789.".utf8.contains($0) }),
      let percent = Double(key.dropFirst()), percent > 0, percent < 100
    else { return nil }
    return percent
  }

  // MARK: Histogram

  private func readHistogram(_ reader: JSONReader) -> LengthDistribution? {
    guard let elements = reader.array("an array of weighted lengths", count: 1...ProblemBounds.histogramPoints) else {
      return nil
    }
    let range = NumberRange.closed(1, ProblemBounds.tokens)
    let points = elements.allOrNil { element -> LengthDistribution.Point? in
      guard let object = element.object("a weighted pair of lengths", .histogramPoint) else { return nil }
      let input = object.number("input_tokens", unit: "tokens", in: range)
      let output = object.number("output_tokens", unit: "tokens", in: range)
      let weight = object.optional("weight").map { $0.number(in: .closed(0, 1e15)) } ?? 1
      guard let input, let output, let weight else { return nil }
      return LengthDistribution.Point(inputTokens: input, outputTokens: output, weight: weight)
    }
    guard let points else { return nil }
    let total = points.reduce(0) { $0 + $1.weight }
    if total < 1e-12 {
      reader.fault("all weights are zero")
      return nil
    }
    return QuantileGrid.distribution(
      points.map {
        LengthDistribution.Point(
          inputTokens: $0.inputTokens, outputTokens: $0.outputTokens, weight: $0.weight / total)
      })
  }

  // MARK: Trace

  private func readTrace(_ reader: JSONReader, _ object: JSONObject, longest: Double?) -> ClassLengths? {
    let name = reader.string("the path of a trace")
    let rowRange = NumberRange.closed(1, Double(Trace.maximumRows))
    let first = object.integer("first_row", in: rowRange, default: 1)
    let rows = object.optional("rows").map { $0.integer(in: rowRange) } ?? Trace.maximumRows
    let scale = object.number("rate_scale", in: .above(0, upTo: 1e6), default: 1)
    let rule = object.choice("beyond_context", of: BeyondContext.self, default: .refuse)
    guard let name, let rows else { return nil }
    var trace: Trace
    do throws(TraceFaults) {
      trace = try Trace(contentsOf: resolvedPath(name), rows: first...(first - 1 + rows))
    } catch {
      for message in error.messages { reader.fault("\(name): \(message)") }
      return nil
    }
    manifest += "\(name) \(trace.hash)\n"
    if trace.emptyLengths > 0 {
      warn(reader, "\(name): \(trace.emptyLengths) lengths of 0 tokens are counted as 1 token")
    }
    if rule != .refuse, let longest, longest >= 2, longest < Double(Int32.max) {
      let (kept, beyond) = trace.within(longest: Int(longest), rule)
      let extent = "\(beyond) of \(trace.count) rows are longer than \(tokens(longest)) tokens"
      guard let kept else {
        reader.fault("\(name): \(extent), so that none is left", hint: "set beyond_context to clip")
        return nil
      }
      if beyond > 0 { warn(reader, "\(name): \(extent) and are \(rule == .clip ? "clipped" : "dropped")") }
      trace = kept
    }
    return ClassLengths(distribution: trace.lengths(), tracedRate: trace.meanRatePerSecond.map { $0 * scale })
  }
}
