import FleetJSON

/// Reads the JSON of `vllm bench serve --save-result` and of SGLang's `bench_serving --output-file`.
///
/// Both write means and medians in milliseconds, token totals and the number of completed requests. Their keys differ in few:
/// vLLM names the model (`model_id`), SGLang the stated lengths (`random_input_len`). Keys that are not used are passed over,
/// because both tools add to them.
enum BenchmarkReports {
  static func read(
    _ bytes: [UInt8], source: String, format: MeasurementFormat, context: MeasurementContext
  ) throws(Faults) -> [Measurement] {
    let faults = FaultCollector(source: source)
    var measurements: [Measurement] = []
    for document in documents(of: bytes) {
      let own = FaultCollector(source: source)
      do throws(Faults) {
        let node = try JSONParser.parse(document.bytes, source: source)
        let reader = JSONReader(node, faults: own)
        let origin = Measurement.Origin(file: source, line: 1)
        if let summary = summary(of: reader, format: format, context: context),
          var measurement = summary.measurement(in: context, origin: origin, faults: own)
        {
          measurement.origin?.line = document.line
          measurements.append(measurement)
        }
        try own.throwIfAny()
      } catch {
        for fault in error.all {
          var placed = fault
          placed.line = fault.line.map { $0 + document.line - 1 }
          faults.add(placed)
        }
      }
    }
    if measurements.isEmpty, faults.isEmpty {
      faults.add(Fault(path: "", message: "expected the JSON of a benchmark, found an empty file"))
    }
    try faults.throwIfAny()
    return measurements
  }

  private struct Document {
    var bytes: [UInt8]
    /// Line of the file on which it starts.
    var line: Int
  }

  /// The whole text, or each of its lines where the first one is an object by itself.
  private static func documents(of bytes: [UInt8]) -> [Document] {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var documents: [Document] = []
    for (index, line) in lines.enumerated() {
      let isBlank = line.allSatisfy { " \t\r".utf8.contains($0) }
      if isBlank { continue }
      let last = line.last { !" \t\r".utf8.contains($0) }
      if documents.isEmpty, last != UInt8(ascii: "}") {
        return [Document(bytes: withoutInfinities(bytes), line: 1)]
      }
      documents.append(Document(bytes: withoutInfinities(Array(line)), line: index + 1))
    }
    return documents
  }

  /// The text with `null` for the words `Infinity`, `-Infinity` and `NaN`, which are no JSON but which Python writes:
  /// a request rate without limit, or the mean of nothing.
  static func withoutInfinities(_ bytes: [UInt8]) -> [UInt8] {
    let words = ["-Infinity", "Infinity", "NaN"].map { Array($0.utf8) }
    guard bytes.contains(UInt8(ascii: "N")) || bytes.contains(UInt8(ascii: "I")) else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var isString = false
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if isString {
        if byte == UInt8(ascii: "\\"), position + 1 < bytes.count {
          result.append(byte)
          position += 1
          result.append(bytes[position])
          position += 1
          continue
        }
        isString = byte != UInt8(ascii: "\"")
      } else if byte == UInt8(ascii: "\"") {
        isString = true
      } else if let word = words.first(where: { bytes[position...].starts(with: $0) }) {
        result.append(contentsOf: "null".utf8)
        position += word.count
        continue
      }
      result.append(byte)
      position += 1
    }
    return result
  }

  // MARK: One report

  private static func summary(
    of reader: JSONReader, format: MeasurementFormat, context: MeasurementContext
  ) -> BenchmarkSummary? {
    guard let object = reader.dictionary("the JSON object of a benchmark") else { return nil }
    let expected = format == .sglang ? "SGLang's bench_serving" : "vllm bench serve"
    guard object["mean_ttft_ms"] != nil || object["median_ttft_ms"] != nil else {
      reader.fault(
        "expected the result of \(expected) with mean_ttft_ms",
        hint: "known formats: csv, vllm, sglang, aiperf; see docs/profiling.md")
      return nil
    }
    var summary = BenchmarkSummary()
    summary.model = object.optional("model_id")?.string("the model")
    summary.backend = (object.optional("backend") ?? object.optional("endpoint_type"))?.string("the backend")
      .flatMap { server(named: $0) }
    summary.date = object.optional("date").flatMap { $0.isString ? $0.string("the date") : nil }
    readLengths(of: object, into: &summary)
    readConcurrency(of: object, context, into: &summary)
    let onlyFirst = (context.outputTokens ?? summary.outputTokens ?? 2) <= 1
    readLatency(object, "ttft", MeasurementLimits.ttftMilliseconds, into: &summary.ttftSeconds, &summary.flags)
    if !onlyFirst {
      readLatency(object, "tpot", MeasurementLimits.tpotMilliseconds, into: &summary.tpotSeconds, &summary.flags)
    }
    return summary
  }

  /// The server behind a client's protocol; `nil` for protocols that several servers speak.
  private static func server(named protocolName: String) -> String? {
    let name = protocolName.lowercased()
    if name.hasPrefix("vllm") { return "vllm" }
    if name.hasPrefix("sglang") { return "sglang" }
    if name.hasPrefix("tensorrt") || name == "trt" { return "trtllm" }
    if name.hasPrefix("lmdeploy") { return "lmdeploy" }
    return nil
  }

  /// Mean lengths are the totals over the completed requests; a total that counts no tokens leaves the stated length.
  private static func readLengths(of object: JSONObject, into summary: inout BenchmarkSummary) {
    guard let completed = object.integer("completed", "completed requests", in: .atLeast(1)) else { return }
    let asked = object.optional("num_prompts")?.integer("requests", in: .atLeast(1))
    if let asked, completed < asked { summary.flags.append("failed_requests") }
    summary.requests = Double(asked ?? completed)
    func mean(_ total: String, _ stated: String) -> Double? {
      let count = Double(completed)
      let range = NumberRange.closed(count, count * 100_000_000)
      if let tokens = object.optional(total) {
        return tokens.number("tokens of all requests", in: range).map { $0 / count }
      }
      return object.optional(stated)?.number("tokens", in: MeasurementLimits.tokens)
    }
    summary.inputTokens = mean("total_input_tokens", "random_input_len")
    summary.outputTokens = mean("total_output_tokens", "random_output_len")
  }

  /// Only a closed loop has a concurrency: a limit on requests in flight and no limit on their rate.
  private static func readConcurrency(
    of object: JSONObject, _ context: MeasurementContext, into summary: inout BenchmarkSummary
  ) {
    if context.concurrency != nil { return }
    if let rate = object.optional("request_rate"), rate.isNumber {
      rate.fault(
        "the requests arrived at a rate, not in a closed loop",
        hint: "run without --request-rate and with --max-concurrency, or state --concurrency")
      return
    }
    summary.concurrency = object.optional("max_concurrency")?.number(
      "requests at the same time", in: MeasurementLimits.concurrency)
  }

  private static func readLatency(
    _ object: JSONObject, _ name: String, _ range: NumberRange, into seconds: inout Double?, _ flags: inout [String]
  ) {
    var key = "mean_\(name)_ms"
    if object.optional(key) == nil, object.optional("median_\(name)_ms") != nil {
      key = "median_\(name)_ms"
      flags.append("median_\(name)")
    }
    guard let value = object.required(key, "a number of ms \(range)") else { return }
    if case .number(let milliseconds, _) = value.node.value, !range.contains(milliseconds) {
      value.expected(
        "a number of ms \(range)", hint: MeasurementLimits.unitHint(milliseconds: milliseconds, in: range))
      return
    }
    seconds = value.number(unit: "ms", in: range).map { $0 / 1000 }
  }
}
