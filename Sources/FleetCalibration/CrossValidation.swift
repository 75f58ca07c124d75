import FleetServing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A question that left-out rows answer: how good is a prediction when this has not been measured?
public enum AccuracySplit: String, Sendable, CaseIterable, Hashable {
  /// Other points of the same configuration were measured.
  case newPoint = "new batch"
  /// The same configuration was measured at other lengths of prompts and answers.
  case newLength = "new length"
  /// The model was measured on the accelerator under the backend, in other configurations.
  case newConfiguration = "new configuration"
  /// No row of the model.
  case newModel = "new model"
  /// No row of the backend.
  case newBackend = "new backend"
  /// No row of the accelerator family: a new vendor without probes.
  case newFamily = "new family, no probes"
  /// Five rows of each accelerator, backend and model of the family.
  case fiveProbes = "new family, five probes"
}

/// A prediction of a row that the fit had not seen.
public struct LeftOutPrediction: Sendable {
  public var split: AccuracySplit
  /// Rows left out together.
  public var fold: Int
  public var row: CalibrationRow
  public var grade: LatencyGrade
  public var quantity: LatencyQuantity
  /// ln(predicted/measured).
  public var logError: Double
}

/// Fits without some rows and predicts them, for every split.
struct CrossValidation {
  let trainer: Trainer
  let rows: [CalibrationRow]

  /// Rows of a split by fold: those that are left out, and those of them that are given back as probes.
  private struct Fold {
    var index: Int
    var leftOut: [Int]
    var probes: [Int] = []
    /// Left out of the fit, but not asked for.
    var unpredicted: Set<Int> = []
  }

  func predictions(_ splits: [AccuracySplit]) -> [LeftOutPrediction] {
    splits.flatMap { split in folds(split).flatMap { predictions(split, $0) } }
  }

  private func predictions(_ split: AccuracySplit, _ fold: Fold) -> [LeftOutPrediction] {
    let leftOut = Set(fold.leftOut)
    var training = rows.indices.filter { !leftOut.contains($0) }.map { rows[$0] }
    var constants = trainer.trained(on: training)
    if !fold.probes.isEmpty {
      // As a user would: the shipped constants, updated with a few rows of their own.
      training = fold.probes.map { rows[$0] }
      constants = trainer.updated(constants, with: training)
    }
    let probes = Set(fold.probes)
    return predictions(
      of: fold.leftOut.filter { !probes.contains($0) && !fold.unpredicted.contains($0) }, with: constants, split,
      fold: fold.index)
  }

  /// Leaves out parts of a few rows that update known constants: one in five, or each of fewer than 25.
  func predictionsOfProbes(_ constants: LatencyConstants) -> [LeftOutPrediction] {
    guard rows.count >= LatencyProfile.fewestProbes else { return [] }
    let folds = rows.count < 25 ? rows.count : Self.pointFolds
    let order = shuffled(Array(rows.indices))
    return (0..<folds).flatMap { fold -> [LeftOutPrediction] in
      let leftOut = order.indices.filter { $0 % folds == fold }.map { order[$0] }
      let training = order.indices.filter { $0 % folds != fold }.map { rows[order[$0]] }
      return predictions(of: leftOut, with: trainer.updated(constants, with: training), .newPoint, fold: fold)
    }
  }

  func predictions(
    of indices: [Int], with constants: LatencyConstants, _ split: AccuracySplit, fold: Int
  ) -> [LeftOutPrediction] {
    let model = LatencyModel(constants: constants)
    return indices.flatMap { index -> [LeftOutPrediction] in
      let row = rows[index]
      let errors = row.logErrors(model)
      let grade =
        row.measurement.kind == .disaggregated ? .disaggregated : model.evidence(for: row.configuration).grade
      func prediction(_ quantity: LatencyQuantity, _ error: Double?) -> LeftOutPrediction? {
        error.map {
          LeftOutPrediction(
            split: split, fold: fold, row: row, grade: grade, quantity: quantity, logError: $0)
        }
      }
      let prompt: LatencyQuantity = row.measurement.kind == .step ? .prefill : .ttft
      return [prediction(.tpot, errors.tpot), prediction(prompt, errors.ttft)].compactMap(\.self)
    }
  }

  // MARK: Folds

  private static let pointFolds = 5
  private static let lengthFolds = 3
  private static let configurationFolds = 8

  private func folds(_ split: AccuracySplit) -> [Fold] {
    switch split {
    case .newPoint:
      // Every configuration gives one row in five to each fold.
      var folds = (0..<Self.pointFolds).map { Fold(index: $0, leftOut: []) }
      for group in groups({ LatencyScope($0.configuration).sortKey.joined(separator: " ") }) {
        for (position, row) in shuffled(group.rows).enumerated() {
          folds[position % Self.pointFolds].leftOut.append(row)
        }
      }
      return folds
    case .newLength:
      var folds = (0..<Self.lengthFolds).map { Fold(index: $0, leftOut: []) }
      for group in groups({ LatencyScope($0.configuration).sortKey.joined(separator: " ") }) {
        let lengths = Dictionary(grouping: group.rows) { row in
          [rows[row].measurement.inputTokens, rows[row].measurement.outputTokens]
        }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        guard lengths.count > 1 else { continue }
        for (position, length) in lengths.enumerated() { folds[position % Self.lengthFolds].leftOut += length.value }
      }
      return folds.filter { !$0.leftOut.isEmpty }
    case .newConfiguration:
      var folds = (0..<Self.configurationFolds).map { Fold(index: $0, leftOut: []) }
      let all = groups { LatencyScope($0.configuration).sortKey.joined(separator: " ") }
      for (position, group) in shuffled(Array(all.indices)).enumerated() {
        folds[position % Self.configurationFolds].leftOut += all[group].rows
      }
      return folds
    case .newModel: return leaving { $0.configuration.model.id }.compactMap(withKnownBackend)
    case .newBackend:
      // Backends of which only single steps were timed are no engines of today.
      let served = Set(rows.filter { $0.measurement.kind != .step }.map(\.backend))
      return leaving { $0.backend }.filter { fold in fold.leftOut.contains { served.contains(rows[$0].backend) } }
    case .newFamily: return leaving { $0.family }.compactMap(withKnownBackend)
    case .fiveProbes:
      return leaving { $0.family }.compactMap(withKnownBackend).map { fold in
        var fold = fold
        var given: [String: Int] = [:]
        for row in shuffled(fold.leftOut) {
          let configuration = rows[row].configuration
          let key = "\(configuration.accelerator.id) \(configuration.backend) \(configuration.model.id)"
          guard given[key, default: 0] < LatencyProfile.fewestProbes else { continue }
          given[key, default: 0] += 1
          fold.probes.append(row)
        }
        return fold
      }
    }
  }

  /// The fold without rows whose backend nobody else used: they would ask two questions at once.
  private func withKnownBackend(_ fold: Fold) -> Fold? {
    let leftOut = Set(fold.leftOut)
    let known = Set(rows.indices.filter { !leftOut.contains($0) }.map { rows[$0].backend })
    var fold = fold
    fold.unpredicted = Set(fold.leftOut.filter { !known.contains(rows[$0].backend) })
    return fold.unpredicted.count < fold.leftOut.count ? fold : nil
  }

  /// One fold for each group, when there are at least two groups.
  private func leaving(_ key: (CalibrationRow) -> String) -> [Fold] {
    let all = groups(key)
    guard all.count > 1 else { return [] }
    return all.enumerated().map { Fold(index: $0, leftOut: $1.rows) }
  }

  private func groups(_ key: (CalibrationRow) -> String) -> [(key: String, rows: [Int])] {
    var groups: [String: [Int]] = [:]
    for index in rows.indices { groups[key(rows[index]), default: []].append(index) }
    return groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The same order on every run.
  private func shuffled(_ items: [Int]) -> [Int] {
    var generator = SplitMix(seed: 20_261_121)
    return items.shuffled(using: &generator)
  }
}

/// SplitMix64 (Steele, Lea, Flood, 2014).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
