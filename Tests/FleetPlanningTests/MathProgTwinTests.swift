import FleetOptimization
import FleetServing
import Testing

@testable import FleetPlanning

/// The program in Swift and models/program/planning.mod say the same.
@Suite struct MathProgTwinTests {
  @Test(.enabled(if: ExternalSolver.glpsol.isInstalled, "glpsol is not installed"), arguments: 1...60)
  func bothHaveTheSameOptimum(seed: Int) throws {
    var random = RandomProblem(seed: seed)
    let program = Program(try random.data())
    try expectTwin(program, "seed \(seed): \(random.features.map(\.rawValue).sorted())")
  }

  /// Features that rarely bind among all others, by themselves or with what they act on.
  @Test(
    .enabled(if: ExternalSolver.glpsol.isInstalled, "glpsol is not installed"),
    arguments: [
      [.traffic], [.traffic, .freeMix], [.traffic, .freeMix, .periods], [.links, .models], [.links, .partners],
      [.floors],
      [.floors, .spares], [.currentFleet, .stock], [.budget, .tiers, .periods], [.power], [.shares, .modes],
      [.exchange, .heterogeneous], [.deviceLimits], [.equalDegrees, .modes], [.equalDegrees, .exchange, .links],
      [.deviceLimits, .periods, .wholeNodes, .currentFleet],
    ] as [Set<RandomProblem.Feature>], 1...6)
  func bothHaveTheSameOptimum(features: Set<RandomProblem.Feature>, seed: Int) throws {
    var random = RandomProblem(seed: seed, features: features)
    try expectTwin(Program(try random.data()), "seed \(seed): \(features.map(\.rawValue).sorted())")
  }

  @Test func drawsCoverEveryFeature() throws {
    let draws = (1...60).map { RandomProblem(seed: $0) }
    for feature in RandomProblem.Feature.allCases {
      #expect(draws.contains { $0.features.contains(feature) }, "no draw has \(feature.rawValue)")
      #expect(draws.contains { !$0.features.contains(feature) }, "every draw has \(feature.rawValue)")
    }
    #expect(Set(draws.map(\.problem.objectives)) == Set(PlanObjective.allCases.map { [$0] }))
  }

  @Test(.enabled(if: ExternalSolver.glpsol.isInstalled, "glpsol is not installed"))
  func longIdsBecomeSymbols() throws {
    let long = String(repeating: "a-very-long-name-", count: 6).prefix(98)
    let classes = [Sample.requests(3, id: "w-1"), Sample.requests(5, id: "w.2/b"), Sample.requests(2, id: "w:3+c")]
    let rates = Dictionary(uniqueKeysWithValues: classes.map { ($0.id, 2.0) })
    let problem = Sample.problem(
      pools: [Sample.pool("p"), Sample.pool("d-\(long)", price: 2)], classes: classes,
      tables: [
        Sample.table(.prefill, "p", rates, id: "\(long)-1"), Sample.table(.prefill, "p", rates, id: "\(long)-2"),
        Sample.table(.decode, "d-\(long)", rates, id: "\(long)"),
      ])
    let program = Program(try problem.fullData())
    try expectTwin(program, "long ids")
    // (3 + 5 + 2) / 2 instances of each phase at 1 and 2 USD/h.
    #expect(try GLPKSolver().solve(program.model).solution?.objective == 15)
    let short = MathProgSymbol.shortened("prefill-\(long)-1")
    #expect(short.utf8.count == MathProgSymbol.longest)
    #expect(short != MathProgSymbol.shortened("prefill-\(long)-2"))
    #expect(MathProgSymbol.shortened("h100") == "h100")
    #expect(MathProgSymbol.quoted("a\"b\nc") == "\"a\"\"b?c\"")
  }

  @Test func theTextEndsOnce() throws {
    let export = ProgramExport(Program(try Sample.pair().fullData()))
    let text = export.mathProg(programText: try mathProgText.get())
    #expect(text.split(separator: "\n").filter { $0 == "end;" }.count == 1)
    #expect(text.hasSuffix("end;\n"))
    #expect(text.contains("\ndata;\n"))
    #expect(export.mathProg(programText: "var x;\n").hasPrefix("var x;\n"))
  }

  /// Every row family stands in the twin under its own name; `floor` is a function of GNU MathProg.
  @Test(arguments: Program.families)
  func everyFamilyHasATwin(family: String) throws {
    let name = family == "floor" ? "least" : family
    #expect(try mathProgText.get().contains("s.t. \(name){"), "\(family)")
  }

  private func expectTwin(_ program: Program, _ note: String) throws {
    let text = ProgramExport(program).mathProg(programText: try mathProgText.get())
    let twin = try ExternalSolver.glpsol.solve(text)
    var options = SolverOptions()
    options.timeLimitSeconds = 60
    options.strategy = .staged
    let outcome = try GLPKSolver(options: options).solve(program.model)
    switch (outcome.termination, twin) {
    case (.infeasible, .infeasible): break
    case (.optimal, .optimal(let value)):
      let own = try #require(outcome.solution).objective
      #expect(abs(own - value) <= 1e-6 * max(1, abs(own)), "\(note): Swift \(own), MathProg \(value)")
    default: Issue.record("\(note): Swift \(outcome.termination), MathProg \(twin)")
    }
  }
}
