import FleetServing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Robust relative least squares of the constants of the latency model with priors.
///
/// Minimises `Σ ρ((ln predicted − ln measured)·w/σ) + Σ ((θ − prior)/spread)²` over the logarithms θ of the constants, with
/// `ρ(r) = 2·(√(1 + r²) − 1)`, which grows like `r²` near 0 and like `2·|r|` for outliers. Levenberg–Marquardt; each step is a
/// linear least squares problem that LAPACK solves; ρ enters by iteratively reweighting.
struct ConstantsFit {
  /// Standard deviation of ln(measured/predicted) that a good fit leaves (σ).
  static let noise = 0.12
  /// Weight of a closed-loop TTFT against a TPOT (w): a TTFT depends on how a benchmark was run.
  static let ttftWeight = 0.2
  /// Step of the numerical derivative in logarithms.
  private static let difference = 1e-4

  let parameters: FitParameters
  private(set) var vector: [Double]
  private(set) var iterations = 0

  var constants: LatencyConstants { parameters.constants(vector) }

  /// - Parameters:
  ///   - start: Vector to start from; the priors when `nil`.
  ///   - tolerance: Largest change of a logarithm at which the fit has converged.
  init(
    _ rows: [CalibrationRow], parameters: FitParameters, start: [Double]? = nil, tolerance: Double = 2e-3,
    maximumIterations: Int = 40
  ) {
    self.parameters = parameters
    vector = start ?? parameters.prior
    var damping = 1e-3
    var objective = cost(rows, vector)
    while iterations < maximumIterations {
      iterations += 1
      let system = linearised(rows)
      var moved = false
      var change = 0.0
      while damping < 1e6 {
        guard let step = system.solved(damping: damping) else {
          damping *= 10
          continue
        }
        let candidate = zip(vector, step).map { $0 + min(max($1, -0.7), 0.7) }
        let value = cost(rows, candidate)
        if value < objective {
          change = zip(vector, candidate).reduce(0) { max($0, abs($1.0 - $1.1)) }
          vector = candidate
          moved = true
          let gain = objective - value
          objective = value
          damping = max(damping / 5, 1e-6)
          if gain < 1e-5 * objective { change = 0 }
          break
        }
        damping *= 4
      }
      if !moved || change < tolerance { break }
    }
  }

  // MARK: Objective

  private func cost(_ rows: [CalibrationRow], _ vector: [Double]) -> Double {
    let model = LatencyModel(constants: parameters.constants(vector))
    var sum = 0.0
    for row in rows {
      for residual in row.residuals(model) { sum += 2 * ((1 + residual * residual).squareRoot() - 1) }
    }
    for index in vector.indices {
      let deviation = (vector[index] - parameters.prior[index]) / parameters.spread[index]
      sum += deviation * deviation
    }
    return sum
  }

  /// Residuals and their derivatives at the present vector. The constants of all families are moved together, because a
  /// row depends on one family, one backend and the shared factors only.
  private func linearised(_ rows: [CalibrationRow]) -> DampedSystem {
    let constants = self.constants
    let model = LatencyModel(constants: constants)
    let moves = Move.all.map { LatencyModel(constants: $0.applied(to: constants, by: exp(Self.difference))) }
    var system = DampedSystem(unknowns: parameters.count)
    for row in rows {
      let columns = Move.all.map { $0.columns(parameters, row) }
      let residuals = row.residuals(model)
      let moved = zip(moves, columns).map { $1.isEmpty ? residuals : row.residuals($0) }
      for (index, residual) in residuals.enumerated() {
        let weight = pow(1 + residual * residual, -0.25)
        var gradient = [Double](repeating: 0, count: parameters.count)
        for (columns, shifted) in zip(columns, moved) {
          let slope = weight * (shifted[index] - residual) / Self.difference
          for column in columns { gradient[column] += slope }
        }
        system.add(gradient, residual: weight * residual)
      }
    }
    for index in vector.indices {
      var gradient = [Double](repeating: 0, count: parameters.count)
      gradient[index] = 1 / parameters.spread[index]
      system.add(gradient, residual: (vector[index] - parameters.prior[index]) / parameters.spread[index])
    }
    return system
  }
}

/// One constant, moved in all families or backends at once.
private enum Move {
  case hardware(Int), backend(Int), shared(Int)

  static let all: [Move] =
    FittedConstants.hardware.indices.map { .hardware($0) } + FittedConstants.backend.indices.map { .backend($0) }
    + FittedConstants.shared.indices.map { .shared($0) }

  func columns(_ parameters: FitParameters, _ row: CalibrationRow) -> [Int] {
    switch self {
    case .hardware(let index): parameters.hardwareColumns(index, family: row.family)
    case .backend(let index): parameters.backendColumns(index, backend: row.backend)
    case .shared(let index): parameters.sharedColumns(index)
    }
  }

  func applied(to constants: LatencyConstants, by factor: Double) -> LatencyConstants {
    var result = constants
    switch self {
    case .hardware(let index):
      let value = FittedConstants.hardware[index].value
      for family in result.families.keys { result.families[family]?[keyPath: value] *= factor }
      result.otherFamily[keyPath: value] *= factor
    case .backend(let index):
      let value = FittedConstants.backend[index].value
      for backend in result.backends.keys { result.backends[backend]?[keyPath: value] *= factor }
      result.otherBackend[keyPath: value] *= factor
    case .shared(let index):
      let constant = FittedConstants.shared[index]
      result.shared[keyPath: constant.value] = min(result.shared[keyPath: constant.value] * factor, constant.most)
    }
    return result
  }
}

/// Normal equations would lose digits; the rows are kept and solved by QR with the damping as further rows.
private struct DampedSystem {
  let unknowns: Int
  private var gradients: [[Double]] = []
  private var residuals: [Double] = []
  private var scale: [Double]

  init(unknowns: Int) {
    self.unknowns = unknowns
    scale = [Double](repeating: 0, count: unknowns)
  }

  mutating func add(_ gradient: [Double], residual: Double) {
    gradients.append(gradient)
    residuals.append(residual)
    for index in 0..<unknowns { scale[index] += gradient[index] * gradient[index] }
  }

  func solved(damping: Double) -> [Double]? {
    var system = LeastSquares(columns: unknowns)
    system.reserve(rows: gradients.count + unknowns)
    for (gradient, residual) in zip(gradients, residuals) { system.add(gradient, equals: -residual) }
    for column in 0..<unknowns { system.add(column: column, factor: (damping * scale[column]).squareRoot(), equals: 0) }
    return system.solved()
  }
}
