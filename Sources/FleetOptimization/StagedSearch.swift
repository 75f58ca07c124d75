/// A short plain search, which decides most small programs before cuts and heuristics have paid for themselves; then the engine,
/// from the best point found.
///
/// Measured on the planner's examples: of 60 programs with 20 to 350 columns the plain search ends all but a few within 3,300
/// nodes and half a second, where the engine takes up to eight times as long; beyond that the engine wins.
struct StagedSearch {
  let program: Program
  let options: SolverOptions
  let limits: SolveLimits

  func run(_ session: GLPKSession) throws(GLPKFailure) -> SearchResult {
    var brief = options
    brief.nodeLimit = min(briefNodes, options.nodeLimit ?? .max)
    let first = try PlainSearch(program: program, options: brief, limits: limits).run(session)
    switch first.termination {
    case .nodeLimit where brief.nodeLimit != options.nodeLimit: break
    case .failed: break
    default: return first
    }
    var rest = options
    if let values = first.values { rest.initialSolution = values }
    rest.nodeLimit = options.nodeLimit.map { max(1, $0 - first.nodes) }
    var result = try EngineSearch(program: program, options: rest, limits: limits).run(session)
    result.nodes += first.nodes
    if let bound = first.bound, let later = result.bound, later < bound { result.bound = bound }
    return result
  }

  /// Nodes of the first search: fewer on larger programs, whose nodes take longer. Depends on sizes alone, so that equal
  /// programs are searched equally.
  private var briefNodes: Int {
    let size = max(1, program.rowCount * program.columnCount)
    return min(max(300_000_000 / size, 100), 4000)
  }
}
