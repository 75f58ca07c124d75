import FleetOptimization
import FleetServing
import Testing

@testable import FleetPlanning

/// The program in Swift and models/program/planning.mod say the same.
@Suite struct MathProgTwinTests {
  @Test(.enabled(if: ExternalSolver.glpsol.isInstalled, "glpsol is not installed"), arguments: 1...48)
  func bothHaveTheSameOptimum(seed: Int) throws {
    var random = RandomProblem(seed: seed)
    let program = Program(try random.data())
    try expectTwin(program, "seed \(seed): \(random.features.map(\.rawValue).sorted())")
  }

  private func expectTwin(_ program: Program, _ note: String) throws {
    let text = ProgramExport(program).mathProg(programText: try mathProgText.get())
    let twin = try ExternalSolver.glpsol.solve(text)
    var options = SolverOptions()
    options.timeLimitSeconds = 20
    let outcome = try GLPKSolver(options: options).solve(program.model)
    print("TIME", note, outcome.statistics.seconds, outcome.termination, program.model.variables.count)
    switch (outcome.termination, twin) {
    case (.infeasible, .infeasible): break
    case (.optimal, .optimal(let value)):
      let own = try #require(outcome.solution).objective
      #expect(abs(own - value) <= 1e-6 * max(1, abs(own)), "\(note): Swift \(own), MathProg \(value)")
    default: Issue.record("\(note): Swift \(outcome.termination), MathProg \(twin)")
    }
  }
}
