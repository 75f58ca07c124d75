import CGLPK

/// One search: tightening, cuts and heuristics at the root, then branch and bound.
///
/// Exact on every mixed-integer program: a subproblem is dropped only when its relaxation is infeasible or its bound is no better
/// than the incumbent by what is asked for. Cuts and tightened bounds hold for all points that could still improve the incumbent.
final class BranchAndCut {
  let session: GLPKSession
  let limits: SolveLimits
  let settings: SearchSettings
  /// The program of the caller, and what remained of it after tightening.
  let full: Program
  var reduction: ReducedProgram
  var working: WorkingProgram
  /// In the space of the reduced program.
  var incumbent: Incumbent
  var pseudocosts: Pseudocosts
  var propagation: Program
  /// Whether the costs sit on few of the integer columns, such as node counts: these are branched on first, for once they are
  /// whole the objective is decided.
  let hasFewCosts: Bool
  var random = SplitMix(seed: 0x5EED)

  /// Lower bound that holds for everything not yet searched.
  var bound = -Double.infinity
  var relaxationBound: Double?
  var rootBound: Double?
  var nodes = 0
  var cuts = 0
  /// Simplex steps of the heuristics of this search, their sub-searches included, and of the root.
  var heuristicIterations = 0
  var rootIterations = 0
  /// Steps of a working program that was given up.
  var earlierIterations = 0
  /// Whether a subproblem had to be given up for numerical reasons, and its bound.
  var lostBound = Double.infinity
  var stop: Termination?
  let report: (BranchAndCut, String) -> Void

  enum Preparation {
    case ready(BranchAndCut)
    case infeasible
  }

  /// Tightens and reduces the program, and sets up the linear program.
  static func prepare(
    _ session: GLPKSession, _ program: Program, _ settings: SearchSettings, _ limits: SolveLimits,
    report: @escaping (BranchAndCut, String) -> Void = { _, _ in }
  ) throws(GLPKFailure) -> Preparation {
    var tightened = program
    guard BoundTightening.tighten(&tightened, cutoff: settings.knownObjective) else { return .infeasible }
    let search = try BranchAndCut(session, program, tightened, settings, limits, report)
    return .ready(search)
  }

  private init(
    _ session: GLPKSession, _ full: Program, _ tightened: Program, _ settings: SearchSettings, _ limits: SolveLimits,
    _ report: @escaping (BranchAndCut, String) -> Void
  ) throws(GLPKFailure) {
    self.session = session
    self.limits = limits
    self.settings = settings
    self.full = full
    self.report = report
    reduction = ReducedProgram(tightened)
    working = try WorkingProgram(session, reduction.program, limits)
    incumbent = Incumbent(
      step: settings.step ?? Granule.of(full) ?? 0, relativeGap: settings.relativeGap,
      knownObjective: settings.knownObjective)
    propagation = reduction.program
    let program = reduction.program
    let integers = program.isInteger.indices.filter { program.isInteger[$0] }
    hasFewCosts = 2 * integers.count { program.cost[$0] != 0 } < integers.count
    pseudocosts = Pseudocosts(columnCount: reduction.program.columnCount)
  }

  /// Runs the search. `start` is a feasible point of the full program.
  func run(start: [Double]? = nil) throws(GLPKFailure) -> SearchResult {
    if let start { offer(full: start) }
    let status = try working.solve(objectiveLimit: incumbent.cutoff)
    switch status {
    case .optimal: break
    case .cutOff: return finished()
    case .infeasible where incumbent.objective.isFinite: return finished()
    default: return SearchResult.withoutRelaxation(status, limits)
    }
    relaxationBound = working.objective
    raiseBound(working.objective)
    if try !isFinished() { try strengthenRoot() }
    rootBound = bound
    rootIterations = iterations
    if stop == nil, try !isFinished() { try rootHeuristics() }
    if stop == nil, try !isFinished() {
      if let result = try restart() { return result }
      try branch()
    }
    return finished()
  }

  /// Whether the search is over: nothing left below the cutoff, or a limit.
  func isFinished() throws(GLPKFailure) -> Bool {
    if stop == nil { stop = limits.reason }
    if stop == nil, let limit = settings.iterationLimit, iterations > limit { stop = .nodeLimit }
    return stop != nil || bound > incumbent.cutoff
  }

  /// Simplex steps of this search without its sub-searches.
  var iterations: Int { earlierIterations + working.iterations }

  func raiseBound(_ value: Double) { bound = max(bound, value) }

  /// Takes a point of the full program if it is feasible and better.
  func offer(full values: [Double]) {
    guard full.isFeasible(values, tolerance: settings.feasibilityTolerance) else { return }
    let point = reduction.restrict(values)
    _ = incumbent.improve(point, full.objective(at: values))
  }

  /// Takes a point of the reduced program if it is feasible and better.
  @discardableResult
  func offer(_ values: [Double]) -> Bool {
    let objective = reduction.program.objective(at: values)
    guard objective < incumbent.objective else { return false }
    guard reduction.program.isFeasible(values, tolerance: settings.feasibilityTolerance) else { return false }
    return incumbent.improve(values, objective)
  }

  func finished() -> SearchResult {
    // Without an incumbent the cutoff is infinite, and so is the bound of what was lost when nothing was.
    let exhausted = stop == nil && (lostBound == .infinity || lostBound > incumbent.cutoff)
    var result = SearchResult(termination: stop ?? .optimal, statusText: "")
    result.values = incumbent.values.map(reduction.expand)
    if exhausted {
      if incumbent.objective == .infinity {
        result.termination = .infeasible
      } else {
        result.bound = incumbent.provenBound
        result.termination = incumbent.provenBound < incumbent.objective ? .gapReached : .optimal
      }
    } else {
      let reached = min(bound, lostBound, incumbent.provenBound)
      result.bound = reached.isFinite ? reached : nil
      if stop == nil { result.termination = .failed("subproblems given up for numerical reasons") }
    }
    result.nodes = nodes
    result.iterations = iterations + heuristicIterations
    result.cuts = cuts
    result.relaxationBound = relaxationBound
    result.rootBound = rootBound
    return result
  }
}

/// A small deterministic generator for the choices of heuristics (SplitMix64, Steele, Lea and Flood 2014).
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
