import FleetJSON
import FleetPlan

/// Predictions for all rows of a table of measurements.
struct PredictionTable {
  /// How far predictions were from measured values.
  struct Errors {
    /// |predicted/measured − 1| of each row, sorted.
    private(set) var relative: [Double] = []

    mutating func add(predicted: Double?, measured: Double?) {
      if let predicted, let measured { relative.append(abs(predicted / measured - 1)) }
    }

    mutating func sort() { relative.sort() }

    var count: Int { relative.count }
    var median: Double {
      let middle = relative.count / 2
      return relative.count % 2 == 1 ? relative[middle] : (relative[middle - 1] + relative[middle]) / 2
    }
    var mean: Double { relative.reduce(0, +) / Double(relative.count) }
  }

  let input: MeasurementTable
  let rows: [PredictedMeasurement]
  /// Rows that are not predicted, by reason, the most frequent first.
  let reasons: [(reason: String, count: Int)]
  private(set) var tpot = Errors()
  /// Of closed loops.
  private(set) var ttft = Errors()
  /// Of bare prompts.
  private(set) var prefill = Errors()

  init(_ input: MeasurementTable, catalog: Catalog) {
    self.input = input
    let latency = LatencyModel(constants: catalog.latencyConstants)
    rows = input.measurements.map { latency.predicted($0, in: catalog) }
    var counts: [String: Int] = [:]
    for (measurement, row) in zip(input.measurements, rows) {
      if let reason = row.reason { counts[reason, default: 0] += 1 }
      tpot.add(predicted: row.tpot?.seconds, measured: measurement.tpotSeconds)
      if measurement.kind == .step {
        prefill.add(predicted: row.ttft?.seconds, measured: measurement.ttftSeconds)
      } else {
        ttft.add(predicted: row.ttft?.seconds, measured: measurement.ttftSeconds)
      }
    }
    tpot.sort()
    ttft.sort()
    prefill.sort()
    reasons = counts.map { (reason: $0.key, count: $0.value) }.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
  }

  var predictedCount: Int { rows.count { $0.reason == nil } }

  // MARK: The table

  static let columns = [
    "predicted_ttft_ms", "predicted_tpot_ms", "predicted_ttft_low_ms", "predicted_ttft_high_ms",
    "predicted_tpot_low_ms", "predicted_tpot_high_ms", "predicted_low", "predicted_high", "status",
  ]

  /// The rows of the input with `columns` added; columns of that kind in the input are replaced.
  func csv() -> [UInt8] {
    let table = input.table
    let kept = table.columns.indices.filter { !MeasurementTable.isPredicted(table.columns[$0]) }
    var text: [UInt8] = []
    text.reserveCapacity((rows.count + 1) * 400)
    text += (kept.map { CSVTable.encoded(table.columns[$0]) } + Self.columns).joined(separator: ",").utf8
    text.append(UInt8(ascii: "\n"))
    for (index, row) in rows.enumerated() {
      for column in kept {
        text += table.raw(row: index, column: column)
        text.append(UInt8(ascii: ","))
      }
      let band = row.tpot == nil ? row.ttft?.band : row.tpot?.band
      let values = [
        row.ttft?.seconds, row.tpot?.seconds, row.ttft?.band?.lowerBound, row.ttft?.band?.upperBound,
        row.tpot?.band?.lowerBound, row.tpot?.band?.upperBound, band?.lowerBound, band?.upperBound,
      ]
      for value in values {
        text += Self.milliseconds(value).utf8
        text.append(UInt8(ascii: ","))
      }
      text += CSVTable.encoded(row.reason ?? "ok").utf8
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }

  /// Four decimals; empty for `nil`.
  private static func milliseconds(_ seconds: Double?) -> String {
    guard let seconds else { return "" }
    return String((seconds * 1e7).rounded() / 1e4)
  }

  // MARK: The summary

  /// `1,043 rows: 1,040 ok, 3 not predicted`, the reasons, and the errors where something was measured.
  func summary(style: TextStyle) -> String {
    let failed = rows.count - predictedCount
    var lines = [
      "\(Quantity.count(rows.count)) row\(rows.count == 1 ? "" : "s"): \(Quantity.count(predictedCount)) ok, "
        + "\(Quantity.count(failed)) not predicted"
    ]
    for (reason, count) in reasons.prefix(5) { lines.append("  \(Quantity.count(count)) × \(reason)") }
    if reasons.count > 5 { lines.append("  and \(reasons.count - 5) more reasons") }
    for (name, errors) in namedErrors where errors.count > 0 {
      lines.append(
        "\(name): median APE \(Quantity.percent(errors.median)), MAPE \(Quantity.percent(errors.mean)) "
          + "over \(Quantity.count(errors.count)) measured")
    }
    return lines.map { style.spell($0) + "\n" }.joined()
  }

  func encoded() -> JSONOutput {
    let errors = namedErrors.filter { $0.errors.count > 0 }.map { name, errors in
      (
        name.lowercased(),
        JSONOutput.object([
          "rows": .integer(errors.count), "median_ape": .number(errors.median), "mape": .number(errors.mean),
        ])
      )
    }
    return .object([
      "format": "fleetplan-prediction-table/1", "rows": .integer(rows.count), "ok": .integer(predictedCount),
      "not_predicted": .array(
        reasons.map { .object(["reason": .string($0.reason), "rows": .integer($0.count)]) }),
      "errors": .object(Dictionary(uniqueKeysWithValues: errors)),
    ])
  }

  private var namedErrors: [(name: String, errors: Errors)] {
    [("TPOT", tpot), ("TTFT", ttft), ("Prefill", prefill)]
  }
}
