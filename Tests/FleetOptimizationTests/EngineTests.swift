import Testing

@testable import FleetOptimization

@Suite struct EngineTests {
  @Test(arguments: [SearchStrategy.engine, .plain, .staged]) func findsTheOptimumOfTinyPrograms(
    strategy: SearchStrategy
  ) throws {
    for seed in UInt64(1)...150 {
      let model = RandomProgram.model(seed: seed)
      let expected = try RandomProgram.optimum(model)
      var solver = GLPKSolver()
      solver.options.strategy = strategy
      let outcome = try solver.solve(model)
      guard let expected else {
        #expect(outcome.termination == .infeasible, "seed \(seed)")
        continue
      }
      #expect(outcome.termination == .optimal, "seed \(seed)")
      let objective = try #require(outcome.solution?.objective, "seed \(seed)")
      #expect(abs(objective - expected) < 1e-6, "seed \(seed): \(objective), by trial \(expected)")
      #expect((outcome.bound ?? -.infinity) <= objective, "seed \(seed)")
    }
  }

  @Test(arguments: [
    CapacityCase(models: 1, accelerators: 2, classesPerModel: 2),
    CapacityCase(models: 1, accelerators: 2, classesPerModel: 2, wholeNodes: true, pairing: true),
    CapacityCase(models: 1, accelerators: 3, classesPerModel: 1, wholeNodes: true, vendorShare: 0.7),
    CapacityCase(models: 1, accelerators: 2, classesPerModel: 1, spares: true),
    CapacityCase(models: 2, accelerators: 2, classesPerModel: 1, wholeNodes: true, stock: true),
  ]) func agreesWithPlainBranchAndBound(family: CapacityCase) throws {
    for seed in UInt64(1)...8 {
      let model = family.model(seed: seed)
      var plain = GLPKSolver()
      plain.options.strategy = .plain
      plain.options.nodeLimit = 4000
      let reference = try plain.solve(model)
      let outcome = try GLPKSolver().solve(model)
      switch reference.termination {
      case .optimal:
        #expect(outcome.termination == .optimal, "\(family) seed \(seed)")
        #expect(outcome.solution?.objective == reference.solution?.objective, "\(family) seed \(seed)")
      case .infeasible: #expect(outcome.termination == .infeasible, "\(family) seed \(seed)")
      default:
        // The reference met its limit: it may not be better than a proven optimum, and its bound not above it.
        let optimum = try #require(outcome.solution?.objective, "\(family) seed \(seed)")
        #expect(outcome.termination == .optimal, "\(family) seed \(seed)")
        #expect(optimum <= reference.solution?.objective ?? .infinity, "\(family) seed \(seed)")
        #expect(optimum >= (reference.bound ?? -.infinity) - 1e-6, "\(family) seed \(seed)")
      }
    }
  }
}
