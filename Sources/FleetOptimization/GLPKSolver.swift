/// Solves models with GLPK.
///
/// Each call runs on a thread of its own and returns when the search ends; calls on different threads run in parallel. The answer
/// is checked against the model outside GLPK before it is called a solution.
public struct GLPKSolver: Sendable {
  public var options = SolverOptions()

  public init() {}

  public init(options: SolverOptions) { self.options = options }

  /// Version of the GLPK library in use, such as "5.0".
  public static var version: String { GLPKSession.libraryVersion }

  /// Minimises the objective of the model.
  ///
  /// - Throws: `ModelError` with every fault, before GLPK sees anything.
  public func solve(_ model: Model) throws(ModelError) -> Outcome {
    let limits = SolveLimits(options)
    let faults = model.faults()
    guard faults.isEmpty else { throw ModelError(faults: faults) }
    let program = Program(model)
    var result: SearchResult
    do throws(GLPKFailure) {
      result = try GLPKSession.run(memoryLimitMebibytes: options.memoryLimitMebibytes) {
        session throws(GLPKFailure) in
        var result = try search(program, limits, session)
        if let values = result.values { result.values = try polished(values, program, session) }
        return result
      }
    } catch {
      result = SearchResult(termination: .failed(error.text), statusText: error.text)
    }
    return outcome(of: result, model, program, limits)
  }

  private func search(
    _ program: Program, _ limits: SolveLimits, _ session: GLPKSession
  ) throws(GLPKFailure) -> SearchResult {
    switch options.strategy {
    case .plain: try PlainSearch(program: program, options: options, limits: limits).run(session)
    case .engine: try EngineSearch(program: program, options: options, limits: limits).run(session)
    case .staged: try StagedSearch(program: program, options: options, limits: limits).run(session)
    }
  }

  /// Rounds the integer variables and solves the rest once more on a fresh problem, which gives clean continuous values.
  private func polished(
    _ values: [Double], _ program: Program, _ session: GLPKSession
  ) throws(GLPKFailure) -> [Double] {
    guard program.isInteger.contains(true) else { return values }
    var rounded = values
    for column in rounded.indices where program.isInteger[column] { rounded[column].round() }
    // The last program is small and must not fall to a limit that has just been met.
    let unlimited = SolveLimits(SolverOptions())
    let clean = try GLPKProblem(session, program).complete(program, integers: rounded, unlimited)
    guard let clean, program.isFeasible(clean, tolerance: options.feasibilityTolerance) else { return rounded }
    return clean
  }

  private func outcome(
    of result: SearchResult, _ model: Model, _ program: Program, _ limits: SolveLimits
  ) -> Outcome {
    var statistics = SolveStatistics()
    statistics.rows = program.rowCount
    statistics.columns = program.columnCount
    statistics.integerColumns = program.isInteger.count { $0 }
    statistics.nodes = result.nodes
    statistics.cuts = result.cuts
    statistics.relaxationBound = result.relaxationBound
    statistics.rootBound = result.rootBound
    statistics.seconds = limits.secondsSinceStart

    var termination = result.termination
    var solution: Solution?
    if let values = result.values {
      let report = FeasibilityReport(model, values: values, tolerance: options.feasibilityTolerance)
      if report.isFeasible {
        solution = Solution(values: values, objective: model.objectiveValue(at: values))
      } else {
        let missed = report.violations.prefix(3).map(\.description).joined(separator: ", ")
        termination = .failed("the point found by GLPK does not satisfy the model: \(missed)")
      }
    }
    // The objective recomputed from cleaned values may fall below the bound by rounding errors.
    var bound = result.bound
    if let objective = solution?.objective, let proven = bound { bound = min(proven, objective) }
    if termination == .gapReached,
      let gap = relativeGap(objective: solution?.objective, bound: bound), gap <= SolverOptions.exactGap
    {
      termination = .optimal
    }
    return Outcome(
      termination: termination, solution: solution, bound: bound, statusText: result.statusText, statistics: statistics)
  }
}
