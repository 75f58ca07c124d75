import FleetServing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The latency model fitted on measurements, with its errors on rows that it had not seen.
public struct Calibration: Sendable {
  /// Where the fit starts.
  public enum Start: Sendable, Hashable {
    /// All constants from priors and these measurements: how the constants of a catalog are made.
    case priors
    /// The constants of the catalog stay; families and backends with at least five rows move away from them, and
    /// deviations and profiles are added. How a few measurements of one's own are used.
    case catalog
  }

  /// A row that was looked at and set apart, with the reason.
  public struct Remark: Sendable {
    public var measurement: Measurement
    public var text: String
  }

  public let start: Start
  /// Constants with corrections, errors and coverage; provenance is the caller's to add.
  public let constants: LatencyConstants
  /// Rows that were fitted.
  public let rows: [CalibrationRow]
  /// Rows that could not be used: unknown names, weights that do not fit into memory, times that contradict the datasheet.
  public let unusable: [Remark]
  /// Rows that were used and lie far from what the fitted model says.
  public let outliers: [Remark]
  /// Predictions of left-out rows; empty when cross-validation was not asked for, or with fewer than five rows.
  public let leftOut: [LeftOutPrediction]
  /// Predictions of all rows with the constants of the catalog: what the fit has to improve on.
  public let before: [LeftOutPrediction]

  /// Errors are computed anew from at least so many rows; else those of the catalog are kept.
  public static let fewestRowsForErrors = 200

  /// - Parameters:
  ///   - catalog: Names, hardware, and the constants to start from.
  ///   - priors: What published kernel measurements say of families without rows.
  ///   - splits: What to cross-validate.
  public init(
    _ measurements: [Measurement], catalog: Catalog, start: Start, priors: LatencyPriors? = nil,
    splits: [AccuracySplit] = AccuracySplit.allCases
  ) {
    self.start = start
    var unusable: [Remark] = []
    let physics = LatencyModel(constants: catalog.latencyConstants)
    rows = measurements.compactMap { measurement in
      do throws(UnresolvedMeasurement) {
        if let author = measurement.predictedBy {
          throw UnresolvedMeasurement("it was predicted by \(author), not measured")
        }
        let resolved = try measurement.resolved(in: catalog)
        guard measurement.ttftSeconds != nil || measurement.tpotSeconds != nil else {
          throw UnresolvedMeasurement("neither ttft_ms nor tpot_ms was measured")
        }
        let footprint = MemoryFootprint(
          resolved.deployment.decodingConfiguration, constants: catalog.latencyConstants)
        if let shortfall = footprint.shortfallText {
          throw UnresolvedMeasurement("it contradicts the memory limit: \(shortfall)")
        }
        if let contradiction = PhysicalScreen.contradiction(resolved, physics) {
          throw UnresolvedMeasurement(contradiction)
        }
        return CalibrationRow(resolved)
      } catch {
        unusable.append(Remark(measurement: measurement, text: error.reason))
        return nil
      }
    }
    self.unusable = unusable

    var trainer = Trainer(base: catalog.latencyConstants, priors: priors)
    var fitted: LatencyConstants
    switch start {
    case .priors:
      let fit = trainer.fit(rows)
      trainer.warm = fit
      fitted = trainer.corrected(fit, rows)
    case .catalog: fitted = trainer.updated(catalog.latencyConstants, with: rows)
    }
    let validation = CrossValidation(trainer: trainer, rows: rows)
    before = validation.predictions(of: Array(rows.indices), with: catalog.latencyConstants, .newPoint, fold: 0)
    switch start {
    case .priors: leftOut = validation.predictions(splits)
    case .catalog: leftOut = splits.isEmpty ? [] : validation.predictionsOfProbes(catalog.latencyConstants)
    }
    fitted.errors =
      start == .priors && rows.count >= Self.fewestRowsForErrors && !leftOut.isEmpty
      ? ErrorBands.table(leftOut) : catalog.latencyConstants.errors
    constants = fitted
    outliers = Self.outliers(rows, LatencyModel(constants: fitted))
  }

  /// Worst first: rows farther from the fitted model than 4 times the usual deviation, estimated by the median.
  private static func outliers(_ rows: [CalibrationRow], _ model: LatencyModel) -> [Remark] {
    let errors = rows.map { $0.logErrors(model) }
    func spread(_ values: [Double]) -> Double { max(quantile(values.map { abs($0) }.sorted(), 0.5) * 1.4826, 0.05) }
    let tpot = spread(errors.compactMap(\.tpot))
    let ttft = spread(errors.compactMap(\.ttft))
    let found = zip(rows, errors).compactMap { row, error -> (remark: Remark, size: Double)? in
      var parts: [String] = []
      var size = 0.0
      for (name, value, limit) in [("TPOT", error.tpot, tpot), ("TTFT", error.ttft, ttft)] {
        guard let value, abs(value) > 4 * limit else { continue }
        size = max(size, abs(value) / limit)
        parts.append("\(name) is \(ratioText(exp(-value))) times the prediction")
      }
      return parts.isEmpty
        ? nil : (Remark(measurement: row.measurement, text: parts.joined(separator: ", ")), size)
    }
    return found.sorted { $0.size > $1.size }.map(\.remark)
  }

  private static func ratioText(_ ratio: Double) -> String {
    let hundredths = Int((ratio * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
