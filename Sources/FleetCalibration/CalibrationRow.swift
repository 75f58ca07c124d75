import FleetServing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A measurement with its weight in the fit.
public struct CalibrationRow: Sendable {
  public let resolved: ResolvedMeasurement
  /// Relative weight: rows of a group count less when there are many of them.
  var weight = 1.0
  /// Whether the measured TTFT is used; collections flag benchmarks that were not warm, and those at a request rate (`online`),
  /// whose concurrency is a mean.
  let usesTTFT: Bool

  init(_ resolved: ResolvedMeasurement) {
    self.resolved = resolved
    usesTTFT = !resolved.measurement.flags.contains { ["ttft_warmup_outlier", "online"].contains($0) }
  }

  var measurement: Measurement { resolved.measurement }
  var configuration: InstanceConfiguration { resolved.deployment.decodingConfiguration }
  var family: String { configuration.accelerator.family }
  var backend: String { configuration.backend }

  /// ln(predicted/measured) of TPOT and of TTFT, where measured.
  public func logErrors(_ model: LatencyModel) -> (tpot: Double?, ttft: Double?) {
    let prediction = model.predict(resolved)
    return (
      measurement.tpotSeconds.map { log(prediction.tpotSeconds / $0) },
      usesTTFT ? measurement.ttftSeconds.map { log(prediction.ttftSeconds / $0) } : nil
    )
  }

  /// The errors in standard deviations.
  func residuals(_ model: LatencyModel) -> [Double] {
    let errors = logErrors(model)
    let scale = weight.squareRoot() / ConstantsFit.noise
    let ttftScale = measurement.kind == .step ? scale : scale * ConstantsFit.ttftWeight
    return [errors.tpot.map { $0 * scale }, errors.ttft.map { $0 * ttftScale }].compactMap(\.self)
  }
}

extension [CalibrationRow] {
  /// Weights `1/√n` of rows with the same model, accelerator and backend, with mean 1: a sweep of many points says less
  /// per point than a few points of another group.
  mutating func balance() {
    func group(_ row: CalibrationRow) -> LatencyScope {
      LatencyScope(
        accelerator: row.configuration.accelerator.id, backend: row.backend, model: row.configuration.model.id)
    }
    let counts = reduce(into: [LatencyScope: Int]()) { $0[group($1), default: 0] += 1 }
    for index in indices { self[index].weight = 1 / Double(counts[group(self[index])] ?? 1).squareRoot() }
    let mean = reduce(0) { $0 + $1.weight } / Double(Swift.max(count, 1))
    for index in indices { self[index].weight /= mean }
  }
}
