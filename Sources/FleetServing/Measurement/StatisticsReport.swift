import FleetJSON

/// Reads the CSV export of AIPerf and GenAI-Perf: a header that starts with `Metric` and one statistic a row, with its unit
/// in parentheses or in a column `Unit`; further tables follow after empty lines. Numbers may have commas between
/// thousands. The column `avg` is read.
enum StatisticsReport {
  static func read(
    _ bytes: [UInt8], source: String, context: MeasurementContext
  ) throws(Faults) -> Measurement {
    let faults = FaultCollector(source: source)
    let records = CSVRecords(bytes, faults: faults)
    try faults.throwIfAny()
    var reading = StatisticsReading(records: records, faults: faults)
    reading.readAll()
    let origin = Measurement.Origin(file: source, line: 1)
    let measurement = reading.summary.measurement(in: context, origin: origin, faults: faults)
    try faults.throwIfAny()
    guard let measurement else { preconditionFailure("a reading without a measurement records a fault") }
    return measurement
  }
}

/// The state of reading one export.
private struct StatisticsReading {
  let records: CSVRecords
  let faults: FaultCollector
  var summary = BenchmarkSummary()
  private var average: Int?
  private var unit: Int?

  init(records: CSVRecords, faults: FaultCollector) {
    self.records = records
    self.faults = faults
  }

  mutating func readAll() {
    var found: Set<String> = []
    for record in 0..<records.count {
      let fields = Array(records.fields(ofRecord: record))
      let texts = fields.map { records.text(of: $0).trimmed }
      guard let first = texts.first, !records.isBlank(record) else { continue }
      if first.lowercased() == "metric" {
        let names = texts.map { $0.lowercased() }
        average = names.firstIndex(of: "avg")
        unit = names.firstIndex(of: "unit")
        continue
      }
      guard let average,
        let statistic = Statistic(first, unit: unit.flatMap { texts.indices.contains($0) ? texts[$0] : nil })
      else { continue }
      guard texts.indices.contains(average) else {
        fault(record, fields[fields.count - 1], "expected \(average + 1) fields or more, found \(fields.count)")
        continue
      }
      read(statistic, texts[average], record, fields[average])
      found.insert(statistic.name)
    }
    for name in [Statistic.ttft, Statistic.tpot] where !found.contains(name) {
      faults.add(
        Fault(
          path: "", message: "missing the row \(shown(name)) with a column avg",
          hint: "export a streaming benchmark; known formats: csv, vllm, sglang, aiperf"))
    }
  }

  private mutating func read(_ statistic: Statistic, _ text: String, _ record: Int, _ field: CSVRecords.Field) {
    let plain = text.filter { $0 != "," }
    guard let number = plainNumber(plain) else {
      return fault(record, field, "expected a number, found \(shown(text))")
    }
    switch statistic.name {
    case Statistic.ttft:
      summary.ttftSeconds = seconds(number, statistic, MeasurementLimits.ttftMilliseconds, text, record, field)
    case Statistic.tpot:
      summary.tpotSeconds = seconds(number, statistic, MeasurementLimits.tpotMilliseconds, text, record, field)
    default:
      guard MeasurementLimits.tokens.contains(number) else {
        return fault(record, field, "expected a number of tokens \(MeasurementLimits.tokens), found \(shown(text))")
      }
      if statistic.name == Statistic.input { summary.inputTokens = number } else { summary.outputTokens = number }
    }
  }

  private func seconds(
    _ number: Double, _ statistic: Statistic, _ range: NumberRange, _ text: String, _ record: Int,
    _ field: CSVRecords.Field
  ) -> Double? {
    guard let perMillisecond = statistic.perMillisecond else {
      fault(record, field, "expected a time in ms, s, us or ns, found the unit \(shown(statistic.unit))")
      return nil
    }
    let milliseconds = number / perMillisecond
    if range.contains(milliseconds) { return milliseconds / 1000 }
    fault(
      record, field, "expected a number of ms \(range), found \(shown(text)) \(statistic.unit)",
      hint: MeasurementLimits.unitHint(milliseconds: milliseconds, in: range))
    return nil
  }

  private func fault(_ record: Int, _ field: CSVRecords.Field, _ message: String, hint: String? = nil) {
    let name = records.fields(ofRecord: record).first.map { records.text(of: $0) } ?? ""
    faults.add(records.placed(field, ofRecord: record, path: name, message, hint: hint))
  }
}

/// The name of a row that is used, and its unit.
private struct Statistic {
  static let ttft = "Time to First Token"
  static let tpot = "Inter Token Latency"
  static let input = "Input Sequence Length"
  static let output = "Output Sequence Length"

  var name: String
  var unit: String

  /// `Time To First Token (ms)`, also with the unit apart; `nil` for rows that are not used.
  init?(_ label: String, unit separate: String?) {
    var title = label
    var unit = separate
    if let open = label.firstIndex(of: "("), let close = label.lastIndex(of: ")"), open < close {
      title = String(label[..<open]).trimmed
      unit = String(label[label.index(after: open)..<close])
    }
    let wanted = title.lowercased()
    guard let name = [Self.ttft, Self.tpot, Self.input, Self.output].first(where: { $0.lowercased() == wanted }) else {
      return nil
    }
    self.name = name
    self.unit = unit ?? ""
  }

  /// How many of the unit are a millisecond.
  var perMillisecond: Double? {
    switch unit.lowercased() {
    case "ms", "milliseconds": 1
    case "s", "sec", "seconds": 0.001
    case "us", "µs", "μs", "microseconds": 1000
    case "ns", "nanoseconds": 1_000_000
    default: nil
    }
  }
}
