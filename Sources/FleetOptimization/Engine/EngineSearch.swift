/// The search that the caller sees: branch and cut on the whole program, with its reports.
struct EngineSearch {
  let program: Program
  let options: SolverOptions
  let limits: SolveLimits

  func run(_ session: GLPKSession) throws(GLPKFailure) -> SearchResult {
    guard program.isInteger.contains(true) else {
      return try PlainSearch(program: program, options: options, limits: limits).run(session)
    }
    let start = try startingPoint(session)
    let limits = limits
    let preparation = try BranchAndCut.prepare(session, program, SearchSettings(options), limits) { search, phase in
      limits.report(
        phase: phase, incumbent: search.incumbent.objective.isFinite ? search.incumbent.objective : nil,
        bound: search.bound.isFinite ? search.bound : nil, nodes: search.nodes)
    }
    switch preparation {
    case .infeasible:
      return SearchResult(termination: .infeasible, statusText: "the bounds that follow from the rows are empty")
    case .ready(let search):
      var result = try search.run(start: start)
      if result.statusText.isEmpty { result.statusText = "branch and cut: \(result.termination)" }
      return result
    }
  }

  private func startingPoint(_ session: GLPKSession) throws(GLPKFailure) -> [Double]? {
    guard options.initialSolution != nil else { return nil }
    return try GLPKProblem(session, program).startingPoint(program, options, limits)
  }
}
