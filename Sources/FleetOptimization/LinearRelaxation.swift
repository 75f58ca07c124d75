/// The optimum of a model without its integrality, with the prices that belong to it.
public struct RelaxationOutcome: Sendable {
  /// `optimal`, `infeasible`, `unbounded`, `timeLimit`, `cancelled` or `failed`.
  public let termination: Termination
  /// Objective of the relaxation: a lower bound on the model's.
  public let objective: Double?
  /// One value per variable, by index; empty where there is no optimum.
  public let values: [Double]
  /// Per row, the change of the objective per unit that its active side moves up; 0 for a row that is not active.
  public let rowDuals: [Double]
  /// Per variable, the change of the objective per unit that its active bound moves up; 0 for a variable between its bounds.
  public let reducedCosts: [Double]
  public let statusText: String
}

extension GLPKSolver {
  /// Solves the linear relaxation: every variable continuous.
  ///
  /// - Throws: `ModelError` with every fault of the model.
  public func solveRelaxation(_ model: Model) throws(ModelError) -> RelaxationOutcome {
    let limits = SolveLimits(options)
    let faults = model.faults()
    guard faults.isEmpty else { throw ModelError(faults: faults) }
    var program = Program(model)
    program.isInteger = program.isInteger.map { _ in false }
    do throws(GLPKFailure) {
      return try GLPKSession.run(memoryLimitMebibytes: options.memoryLimitMebibytes) { session throws(GLPKFailure) in
        let problem = try GLPKProblem(session, program)
        let status = try problem.solveLinear(limits)
        guard status == .optimal else {
          let result = SearchResult.withoutRelaxation(status, limits)
          return RelaxationOutcome(failure: result.termination, statusText: result.statusText)
        }
        return RelaxationOutcome(
          termination: .optimal, objective: problem.linearObjective,
          values: problem.columnValues(), rowDuals: problem.rowDuals(), reducedCosts: problem.reducedCosts(),
          statusText: "GLP_OPT")
      }
    } catch {
      return RelaxationOutcome(failure: .failed(error.text), statusText: error.text)
    }
  }
}

extension RelaxationOutcome {
  fileprivate init(failure: Termination, statusText: String) {
    self.init(
      termination: failure, objective: nil, values: [], rowDuals: [], reducedCosts: [], statusText: statusText)
  }
}
