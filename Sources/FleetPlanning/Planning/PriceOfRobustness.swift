import FleetServing

/// The problem that a robust one is without its margins; the difference of the two optima is the price of robustness.
enum PriceOfRobustness {
  /// The nominal program of a robust problem; `nil` for any other problem.
  static func nominalProgram(
    of problem: PlanningProblem, constants: LatencyConstants, adjustments: LoadAdjustments
  ) -> Program? {
    guard problem.policy.robust else { return nil }
    var nominal = problem
    nominal.policy.robust = false
    let set = CandidateEnumeration(problem: nominal, constants: constants).enumerate(adjustments)
    var data = ProgramData(problem: nominal, set: set)
    data.candidates = Dominance.reduce(data.candidates)
    return Program(data)
  }

  static func result(_ program: Program, _ solve: ProgramSolve) -> BaselineResult {
    BaselineResult(
      name: "without margins", kind: "nominal", status: solve.status,
      costUSDPerHour: solve.solution?.value(of: program.variables.cost(program.data)), objective: solve.objective,
      bound: solve.bound, note: solve.status == .unsolved ? "no answer within the time limit" : nil)
  }
}
