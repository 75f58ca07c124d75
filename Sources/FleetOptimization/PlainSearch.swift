import CGLPK
import CGLPKBridge

/// GLPK's branch and bound with its default settings: no cuts, no heuristics, no presolve.
struct PlainSearch {
  let program: Program
  let options: SolverOptions
  let limits: SolveLimits

  func run(_ session: GLPKSession) throws(GLPKFailure) -> SearchResult {
    let problem = try GLPKProblem(session, program)
    var result: SearchResult
    switch try problem.solveLinear(limits) {
    case .optimal:
      result = SearchResult(termination: .optimal, statusText: "GLP_OPT")
    case let status:
      return .withoutRelaxation(status, limits)
    }
    let relaxation = problem.linearObjective
    result.relaxationBound = relaxation
    result.rootBound = relaxation
    guard program.isInteger.contains(true) else {
      result.values = problem.columnValues()
      result.bound = relaxation
      return result
    }

    let start = try problem.startingPoint(program, options, limits)
    var best: (values: [Double], objective: Double)?
    var bound = relaxation
    var stop: Termination?
    let code = try problem.search { configuration in
      configuration.gap = options.relativeGap
      configuration.objective_tolerance = SolverOptions.exactGap
      configuration.integer_tolerance = program.integerTolerance
    } handler: { event in
      result.nodes = event.nodes
      if event.reason == GLP_IHEUR, let start, event.incumbent == nil { event.offer(start) }
      if let incumbent = event.incumbent, best.map({ incumbent < $0.objective }) ?? true {
        best = (event.incumbentValues(columnCount: problem.columnCount), incumbent)
      }
      limits.report(
        phase: "branch and bound", incumbent: best?.objective, bound: event.bound ?? bound, nodes: event.nodes)
      stop = limits.reason
      if stop == nil, let limit = options.nodeLimit, event.nodes > limit { stop = .nodeLimit }
      if stop != nil { bound = max(bound, event.bound ?? bound) }
      return stop == nil
    }
    if problem.integerStatus == GLP_FEAS || problem.integerStatus == GLP_OPT {
      if best.map({ problem.integerObjective < $0.objective }) ?? true {
        best = (problem.integerValues(), problem.integerObjective)
      }
    }
    result.values = best?.values
    result.statusText = "glp_intopt returned \(code), status \(problem.integerStatus)"
    switch code {
    case 0:
      result.termination = best == nil ? .infeasible : .optimal
      result.bound = best?.objective
    case GLP_EMIPGAP:
      result.termination = .gapReached
      result.bound = best.map { max(bound, $0.objective - options.relativeGap * $0.objective.magnitude) }
    case GLP_ESTOP:
      result.termination = stop ?? .failed(result.statusText)
      result.bound = bound
    default:
      result.termination = .failed(result.statusText)
      result.bound = bound
    }
    return result
  }
}

extension Program {
  /// How far a value of an integer column may be from a whole number: GLPK's 10⁻⁵, less where that times a coefficient
  /// would move a row by more than a hundredth. A bound of 10⁶ instances times 10⁻⁵ would open ten of them for nothing.
  fileprivate var integerTolerance: Double {
    var largest = 0.0
    for row in 0..<rowCount {
      for entry in entries(ofRow: row) where isInteger[entryColumn[entry]] {
        largest = max(largest, entryValue[entry].magnitude)
      }
    }
    return max(1e-9, min(1e-5, 0.01 / max(largest, 1)))
  }
}

extension SearchResult {
  /// The end of a solve whose linear relaxation has no optimum.
  static func withoutRelaxation(_ status: LinearStatus, _ limits: SolveLimits) -> SearchResult {
    switch status {
    case .optimal, .cutOff:
      SearchResult(termination: .failed("unexpected status of the relaxation"), statusText: "\(status)")
    case .infeasible:
      SearchResult(termination: .infeasible, statusText: "the linear relaxation is infeasible (GLP_NOFEAS)")
    case .unbounded:
      SearchResult(termination: .unbounded, statusText: "the linear relaxation is unbounded (GLP_UNBND)")
    case .stopped:
      SearchResult(
        termination: limits.reason ?? .timeLimit, statusText: "stopped in the linear relaxation (GLP_ETMLIM)")
    case .failed(let text):
      SearchResult(termination: .failed(text), statusText: text)
    }
  }
}

extension GLPKProblem {
  /// Solves the continuous variables for whole values of the integer ones, from the current basis; the bounds and the optimum of
  /// the problem are put back. `nil` where the point cannot be completed.
  func complete(_ program: Program, integers values: [Double], _ limits: SolveLimits) throws(GLPKFailure) -> [Double]? {
    var lower = program.columnLower
    var upper = program.columnUpper
    for column in 0..<columnCount where program.isInteger[column] {
      let value = values[column].rounded()
      guard value >= lower[column], value <= upper[column] else { return nil }
      lower[column] = value
      upper[column] = value
    }
    try setAllColumnBounds(lower, upper)
    let status = try solveLinear(limits)
    var point: [Double]?
    if status == .optimal {
      var values = columnValues()
      for column in 0..<columnCount where program.isInteger[column] { values[column] = lower[column] }
      point = values
    }
    try setAllColumnBounds(program.columnLower, program.columnUpper)
    return point
  }

  /// The initial solution of the options, completed; leaves the problem at the optimum of its relaxation.
  func startingPoint(
    _ program: Program, _ options: SolverOptions, _ limits: SolveLimits
  ) throws(GLPKFailure) -> [Double]? {
    guard let values = options.initialSolution, values.count == columnCount, values.allSatisfy(\.isFinite) else {
      return nil
    }
    let point = try complete(program, integers: values, limits)
    _ = try solveLinear(limits)
    guard let point, program.isFeasible(point, tolerance: options.feasibilityTolerance) else { return nil }
    return point
  }
}
