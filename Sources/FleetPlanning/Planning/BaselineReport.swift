import FleetOptimization
import FleetServing

/// Turns solved baselines into what a plan says of them.
enum BaselineReport {
  static func results(_ baselines: [Baseline], _ solves: [ProgramSolve], program: Program) -> [BaselineResult] {
    var results: [BaselineResult] = []
    var singles: [BaselineResult] = []
    for (baseline, solve) in zip(baselines, solves) {
      let result = result(baseline, solve, program: program)
      if baseline.kind == "single_accelerator" { singles.append(result) } else { results.append(result) }
    }
    if let best = best(of: singles) { results.insert(best, at: 0) }
    return results
  }

  private static func result(_ baseline: Baseline, _ solve: ProgramSolve, program: Program) -> BaselineResult {
    let restricted = program.restricted(to: baseline.scope)
    return BaselineResult(
      name: baseline.name, kind: baseline.kind, status: solve.status,
      costUSDPerHour: solve.solution?.value(of: restricted.variables.cost(restricted.data)),
      objective: solve.objective, bound: solve.bound, note: note(solve, restricted, program))
  }

  private static func note(_ solve: ProgramSolve, _ restricted: Program, _ program: Program) -> String? {
    guard solve.status != .optimal, solve.status != .feasible else { return nil }
    if solve.status == .unsolved { return "no answer within the time limit" }
    let data = restricted.data
    let unserved = data.problem.classes.indices.filter { !data.canServe($0) }
    guard unserved.isEmpty else {
      let names = unserved.map { data.problem.classes[$0].id }.joined(separator: ", ")
      return "no configuration serves \(unserved.count == 1 ? "class" : "classes") \(names)"
    }
    return "stock, budget or policy does not allow it"
  }

  /// The cheapest of the single-accelerator plans, or a statement that none exists.
  private static func best(of singles: [BaselineResult]) -> BaselineResult? {
    guard !singles.isEmpty else { return nil }
    let solved = singles.filter { $0.objective != nil }
    guard
      var best = solved.min(by: { ($0.objective ?? .infinity, $0.name) < ($1.objective ?? .infinity, $1.name) })
    else {
      let notes = singles.map { "\($0.name): \($0.note ?? $0.status.rawValue)" }.joined(separator: "; ")
      return BaselineResult(
        name: "best single accelerator", kind: "single_accelerator",
        status: singles.contains { $0.status == .unsolved } ? .unsolved : .infeasible, note: notes)
    }
    let type = best.name.hasPrefix("only ") ? String(best.name.dropFirst(5)) : best.name
    best.name = "best single accelerator (\(type))"
    return best
  }
}

extension ProgramData {
  /// Whether candidates exist that serve a class from arrival to last token.
  func canServe(_ classIndex: Int) -> Bool {
    func exists(_ phase: Phase) -> Bool {
      candidates.contains { $0.phase == phase && $0.load(of: classIndex) != nil }
    }
    return exists(.aggregated) || exists(.prefill) && exists(.decode)
  }
}
