import FleetServing

/// What predictions of left-out rows were worth, as a Markdown document: `docs/accuracy.md` is made by it.
public struct AccuracyLedger: Sendable {
  private let calibration: Calibration
  private let source: MeasurementSource
  private let command: String

  /// - Parameter command: The command that makes the document, for readers who repeat it.
  public init(_ calibration: Calibration, source: MeasurementSource, command: String) {
    self.calibration = calibration
    self.source = source
    self.command = command
  }

  public var markdown: String {
    let groups: [(String, (CalibrationRow) -> String)] = [
      ("accelerator", { $0.configuration.accelerator.id }), ("backend", { $0.backend }),
      ("model", { $0.configuration.model.id }), ("precision of weights", { $0.configuration.weightPrecision.rawValue }),
      ("kind of measurement", { $0.measurement.kind.rawValue }),
    ]
    var text = introduction
    text += "\n## By what had not been measured\n\n" + splits + targets
    text += "\n## Bands\n\n" + bands
    for split in [AccuracySplit.newConfiguration, .newModel] {
      for (name, key) in groups {
        text += "\n## \(split.title), by \(name)\n\n" + table(split, name, key)
      }
    }
    return text
  }

  // MARK: Parts

  private var introduction: String {
    """
    # Accuracy of the latency model

    Predicted against measured, on rows that the fit had not seen. Made by

        \(command)

    on \(calibration.rows.count) measurements (\(source.title); \(source.date)). Every line below refits all constants, \
    deviations and profiles without the rows that it predicts.

    APE is |predicted/measured − 1|; bias is the median of predicted/measured − 1: negative means that predictions are too \
    fast. TPOT is the mean time per output token of a closed-loop benchmark or a single decode step; prefill the time of one \
    prompt alone; TTFT the mean of a closed-loop benchmark, which depends on how the benchmark was run.

    """
  }

  private static let columns = "rows | median APE % | MAPE % | P90 APE % | bias % | within 20 %"

  private var splits: String {
    var text = "| What had not been measured | quantity | \(Self.columns) |\n|---|---|--:|--:|--:|--:|--:|--:|\n"
    for split in AccuracySplit.allCases {
      for quantity in LatencyQuantity.allCases {
        let errors = calibration.leftOut.filter { $0.split == split && $0.quantity == quantity }.map(\.logError)
        guard let statistics = AccuracyStatistics(logErrors: errors) else { continue }
        text += "| \(split.rawValue) | \(quantity.title) | \(statistics.cells) |\n"
      }
    }
    return text + """

      - *New batch*: one row in five of every configuration left out. *New length*: all rows of a configuration with some lengths of \
      prompt and answer. *New configuration*: other parallel degrees or precisions of the same model on the same accelerator \
      under the same backend were seen. *New model*, *new backend*, *new family*: no row of it was seen.
      - *Five probes*: no row of the family was seen but five of each accelerator, backend and model, added as \
      `fleetplan calibrate` adds measurements of one's own.
      - Rows are predicted by *new model* and *new family* only where their backend was seen elsewhere. Backends of which only \
      single steps were timed are not left out as *new backend*.

      """
  }

  private var targets: String {
    """

    Targets for rows of other models and hardware (median APE / MAPE %):

    | Quantity | must | aim |
    |---|---|---|
    | TPOT, aggregated | 6.5/10.5 | 6/9 |
    | TPOT, profiled configuration, new batch or length | 4.5/6.5 | 3.5/5.5 |
    | TPOT, new model | 11/15 | 9/12 |
    | TPOT, new generation of a known vendor | 9.5/13.5 | 6.5/9 |
    | TPOT, AMD: no probes, five probes | 15/18, 9/12 | 12/16, 7/10 |
    | TPOT, disaggregated | 14.5/17 | 12/15 |
    | bare prefill | 10/17 | 7/12 |
    | closed-loop TTFT: aggregated, disaggregated | 18/33, 45/60 | 15/28, 30/40 |
    | share inside the band, every grade | 85–95 % | 88–92 % |

    AIConfigurator 0.12 on rows of the same origin: TPOT 14.0/24.9, TTFT 46/48 (aggregated, 1,240 rows), disaggregated TPOT \
    23/31. Two runs of one configuration a month apart differ by 14.7 % in mean TPOT.

    """
  }

  private var bands: String {
    var text =
      "90 % of the left-out rows lay between these multiples of their prediction. A plan carries the band of each "
      + "configuration that it uses.\n\n| Grade | quantity | low | high | median APE % | MAPE % | rows |\n"
      + "|---|---|--:|--:|--:|--:|--:|\n"
    for grade in LatencyGrade.allCases {
      for quantity in LatencyQuantity.allCases {
        guard let error = calibration.constants.errors.table[.init(grade, quantity)] else { continue }
        text +=
          "| \(grade.rawValue) | \(quantity.title) | \(fixed(error.lowRatio, 2)) | \(fixed(error.highRatio, 2)) | "
          + "\(fixed(100 * error.medianAPE, 1)) | \(fixed(100 * error.meanAPE, 1)) | \(error.rows) |\n"
      }
    }
    text += "\nCoverage, with the band of each fold computed from the other folds (it should be near 90 %):\n\n"
    text += "| quantity | grade | rows | inside the band |\n|---|---|--:|--:|\n"
    for quantity in LatencyQuantity.allCases {
      for grade in [nil] + LatencyGrade.allCases.map({ Optional($0) }) {
        guard let coverage = ErrorBands.coverage(calibration.leftOut, quantity, grade: grade) else { continue }
        text +=
          "| \(quantity.title) | \(grade?.rawValue ?? "all") | \(coverage.rows) | \(fixed(100 * coverage.share, 1)) % |\n"
      }
    }
    return text
  }

  private func table(_ split: AccuracySplit, _ name: String, _ key: (CalibrationRow) -> String) -> String {
    var text = "| \(name) | quantity | \(Self.columns) |\n|---|---|--:|--:|--:|--:|--:|--:|\n"
    let predictions = calibration.leftOut.filter { $0.split == split }
    for (group, members) in Dictionary(grouping: predictions, by: { key($0.row) }).sorted(by: { $0.key < $1.key }) {
      for quantity in LatencyQuantity.allCases {
        let errors = members.filter { $0.quantity == quantity }.map(\.logError)
        guard let statistics = AccuracyStatistics(logErrors: errors) else { continue }
        text += "| \(group) | \(quantity.title) | \(statistics.cells) |\n"
      }
    }
    return text
  }
}

extension AccuracyStatistics {
  fileprivate var cells: String {
    let numbers = [medianAPE, meanAPE, p90APE, bias].map { fixed(100 * $0, 1) }.joined(separator: " | ")
    return "\(rows) | \(numbers) | \(fixed(100 * within20, 0)) %"
  }
}

extension AccuracySplit {
  fileprivate var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

extension LatencyQuantity {
  fileprivate var title: String {
    switch self {
    case .tpot: "TPOT"
    case .prefill: "prefill"
    case .ttft: "TTFT"
    }
  }
}

/// A number with so many decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
  let scale = (0..<decimals).reduce(1) { scale, _ in scale * 10 }
  let units = Int((abs(value) * Double(scale)).rounded())
  let sign = value < 0 && units > 0 ? "−" : ""
  guard decimals > 0 else { return sign + String(units) }
  let digits = String(units % scale)
  return sign + "\(units / scale)." + String(repeating: "0", count: decimals - digits.count) + digits
}
