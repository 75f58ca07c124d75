import FleetJSON

/// How a file of measurements is written.
public enum MeasurementFormat: String, Sendable, CaseIterable, Hashable {
  /// A CSV table with one measurement a row; see `MeasurementTable`.
  case csv
  /// What `vllm bench serve --save-result` writes: one JSON object, or one a line with `--append-result`.
  case vllm
  /// What SGLang's `bench_serving --output-file` writes: one JSON object a line.
  case sglang
  /// The CSV export of AIPerf or GenAI-Perf: one statistic a row.
  case aiperf
  /// The candidates of AIConfigurator, with what it predicts of them; see `CandidateTable`.
  case aiconfigurator
}

/// Reads measurements from files of any known format.
public enum MeasurementFile {
  /// Reads the file at `path`; see `read(_:source:format:context:)`.
  public static func read(
    contentsOf path: String, format: MeasurementFormat? = nil, context: MeasurementContext = MeasurementContext()
  ) throws(Faults) -> [Measurement] {
    try read(InputFile.read(path: path), source: path, format: format, context: context)
  }

  /// Reads measurements from memory.
  /// - Parameters:
  ///   - format: `nil` finds it out from the content.
  ///   - context: What is known beside the file; reports of single benchmarks need system, model, weights and devices.
  /// - Throws: Every fault, with its place.
  public static func read(
    _ bytes: [UInt8], source: String, format: MeasurementFormat? = nil,
    context: MeasurementContext = MeasurementContext()
  ) throws(Faults) -> [Measurement] {
    switch format ?? detectedFormat(bytes) {
    case .csv: return try MeasurementTable(CSVTable(bytes, source: source), context: context).measurements
    case .vllm: return try BenchmarkReports.read(bytes, source: source, format: .vllm, context: context)
    case .sglang: return try BenchmarkReports.read(bytes, source: source, format: .sglang, context: context)
    case .aiconfigurator: return try CandidateTable.read(CSVTable(bytes, source: source))
    case .aiperf: return [try StatisticsReport.read(bytes, source: source, context: context)]
    }
  }

  /// The format that the beginning of a text suggests: JSON starts with a brace, and only SGLang states lengths after
  /// tokenising again; an export of statistics starts with the column `Metric`; candidates of AIConfigurator have a column that no other table has;
  /// all else is a table of measurements.
  static func detectedFormat(_ bytes: [UInt8]) -> MeasurementFormat {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    let text = start.drop { " \t\r\n".utf8.contains($0) }
    if text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "[") {
      let line = text.prefix(1 << 16)
      return contains(line, "\"total_output_tokens_retokenized\"") || contains(line, "\"random_input_len\"")
        ? .sglang : .vllm
    }
    if contains(text.prefix { !"\r\n".utf8.contains($0) }, CandidateTable.mark) { return .aiconfigurator }
    let word = text.prefix { !",\r\n".utf8.contains($0) }.filter { $0 != UInt8(ascii: "\"") }
    return String(decoding: word, as: UTF8.self).lowercased() == "metric" ? .aiperf : .csv
  }

  private static func contains(_ bytes: ArraySlice<UInt8>, _ word: String) -> Bool {
    let wanted = Array(word.utf8)
    guard bytes.count >= wanted.count else { return false }
    return bytes.indices.dropLast(wanted.count - 1).contains {
      bytes[$0] == wanted[0] && bytes[$0...].starts(with: wanted)
    }
  }
}
