import FleetCalibration
import FleetJSON
import FleetPlan

/// What a calibration found, as people and programs read it.
struct CalibrationText {
  let calibration: Calibration

  init(_ calibration: Calibration) {
    self.calibration = calibration
  }

  /// Collections named in the rows, else the files.
  static func title(_ rows: [Measurement], files: [String]) -> String {
    let datasets = Set(rows.map(\.dataset)).filter { !$0.isEmpty }.sorted()
    if !datasets.isEmpty { return datasets.joined(separator: ", ") }
    return files.map { String($0.split(separator: "/").last ?? "") }.joined(separator: ", ")
  }

  private struct Line {
    var question: String
    var quantity: LatencyQuantity
    var statistics: AccuracyStatistics
  }

  private func lines(_ predictions: [LeftOutPrediction], _ question: (AccuracySplit) -> String) -> [Line] {
    AccuracySplit.allCases.flatMap { split in
      LatencyQuantity.allCases.compactMap { quantity in
        AccuracyStatistics(
          logErrors: predictions.filter { $0.split == split && $0.quantity == quantity }.map(\.logError)
        ).map { Line(question: question(split), quantity: quantity, statistics: $0) }
      }
    }
  }

  private var lines: [Line] {
    let before = lines(calibration.before) { _ in "constants of the catalog" }
    let after = lines(calibration.leftOut) { split in
      calibration.start == .priors ? split.rawValue : "left out of the calibration"
    }
    return (calibration.start == .catalog ? before : []) + after
  }

  // MARK: Text

  private static let most = 10

  func rendered(_ style: TextStyle, output: String?) -> String {
    var page = Page(style: style)
    let profiles = profileCount
    var sentence = "\(Quantity.count(calibration.rows.count, "measurement")) used"
    sentence += profiles > 0 ? ", \(Quantity.count(profiles, "profile")) made" : ", no profile made"
    if calibration.rows.count < LatencyProfile.fewestProbes {
      sentence += "; fewer than \(LatencyProfile.fewestProbes) measurements change nothing"
    }
    page.paragraph(sentence + (output.map { "; written to \($0)" } ?? ""), ink: .bold)
    var table = ReportTable(
      "Errors of predictions",
      columns: [
        .init("Rows"), .init("Quantity"), .init("count", .right), .init("median APE", .right), .init("MAPE", .right),
        .init("P90", .right, rank: 1), .init("bias", .right, rank: 1), .init("within 20 %", .right, rank: 2),
      ])
    for line in lines {
      let statistics = line.statistics
      table.add([
        .init(line.question), .init(line.quantity.rawValue), .init(Quantity.count(statistics.rows)),
        .init(percent(statistics.medianAPE), .strong), .init(percent(statistics.meanAPE)),
        .init(percent(statistics.p90APE)), .init(percent(statistics.bias)), .init(percent(statistics.within20)),
      ])
    }
    if !table.rows.isEmpty { page.table(table) }
    list("Not used", calibration.unusable, on: &page)
    list("Far from the fitted model", calibration.outliers, on: &page)
    return page.finished
  }

  private var profileCount: Int {
    let measured = Set(calibration.rows.map { LatencyScope($0.resolved.deployment.decodingConfiguration) })
    return calibration.constants.corrections.profiles.count { measured.contains($0.scope) && $0.isTrusted }
  }

  private func list(_ title: String, _ remarks: [Calibration.Remark], on page: inout Page) {
    guard !remarks.isEmpty else { return }
    var entries = remarks.prefix(Self.most).map { Report.Remark("\(place($0.measurement)): \($0.text)") }
    if remarks.count > Self.most {
      entries.append(Report.Remark("and \(Quantity.count(remarks.count - Self.most)) more"))
    }
    page.list("\(title): \(Quantity.count(remarks.count, "measurement"))", entries)
  }

  private func place(_ measurement: Measurement) -> String {
    measurement.origin.map { "\($0.file):\($0.line)" } ?? "\(measurement.model) on \(measurement.system)"
  }

  private func percent(_ share: Double) -> String {
    let tenths = Int((abs(share) * 1000).rounded())
    return (share < 0 && tenths > 0 ? "−" : "") + "\(tenths / 10).\(tenths % 10) %"
  }

  // MARK: JSON

  func encoded() -> JSONOutput {
    [
      "format": "fleetplan-calibration-report/1", "rows": .integer(calibration.rows.count),
      "profiles": .integer(profileCount),
      "errors": .array(
        lines.map { line in
          [
            "predictions": .string(line.question), "quantity": .string(line.quantity.rawValue),
            "rows": .integer(line.statistics.rows), "median_ape": .number(line.statistics.medianAPE),
            "mape": .number(line.statistics.meanAPE), "p90_ape": .number(line.statistics.p90APE),
            "bias": .number(line.statistics.bias), "within_20_percent": .number(line.statistics.within20),
          ]
        }),
      "unusable": encoded(calibration.unusable), "outliers": encoded(calibration.outliers),
    ]
  }

  private func encoded(_ remarks: [Calibration.Remark]) -> JSONOutput {
    .array(
      remarks.map { remark in
        var members: [String: JSONOutput] = ["text": .string(remark.text)]
        if let origin = remark.measurement.origin {
          members["file"] = .string(origin.file)
          members["line"] = .integer(origin.line)
        }
        return .object(members)
      })
  }
}
