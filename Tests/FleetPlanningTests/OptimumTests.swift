import FleetOptimization
import FleetServing
import Testing

@testable import FleetPlanning

/// The optimum found another way: by trying every count, without dominance, and by another solver.
@Suite struct OptimumTests {
  /// Two aggregated pools and one pair, small enough to try all counts: rates are continuous, so a mix of counts serves
  /// one class when the capacities add up to its rate.
  @Test(arguments: 1...25) func bruteForce(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let rate = Double(random.whole(4...30)) / 4
    let stock = (0..<3).map { _ in random.whole(1...6) }
    let price = (0..<3).map { _ in Double(random.whole(50...300)) / 100 }
    let capacity = (0..<4).map { _ in Double(random.whole(4...20)) / 8 }
    let pools = (0..<3).map { Sample.pool("a\($0)", price: price[$0], stock: stock[$0]) }
    let problem = Sample.problem(
      "brute-\(seed)", pools: pools, classes: [Sample.requests(rate)],
      tables: [
        Sample.table(.aggregated, "a0", ["w": capacity[0]], id: "g0"),
        Sample.table(.prefill, "a1", ["w": capacity[1]], id: "p1"),
        Sample.table(.decode, "a2", ["w": capacity[2]], id: "d2"),
        Sample.table(.decode, "a0", devices: 2, ["w": capacity[3]], id: "d0"),
      ])
    var best = Double.infinity
    for g in 0...stock[0] {
      for pairs in 0...((stock[0] - g) / 2) {
        for p in 0...stock[1] {
          for d in 0...stock[2] {
            let decode = Double(d) * capacity[2] + Double(pairs) * capacity[3]
            let served = Double(g) * capacity[0] + min(Double(p) * capacity[1], decode)
            guard served >= rate - 1e-9 else { continue }
            best = min(best, Double(g + 2 * pairs) * price[0] + Double(p) * price[1] + Double(d) * price[2])
          }
        }
      }
    }
    let cost = try problem.solved().costUSDPerHour ?? .infinity
    #expect(cost == best || abs(cost - best) < 1e-6, "seed \(seed): planner \(cost), all counts \(best)")
  }

  /// Two classes that share instances, spares, and devices bought in nodes: every combination of counts that costs less
  /// than the plan cannot route the traffic, and one that costs as much can. Routing is a linear program of its own here.
  @Test(arguments: 1...10) func bruteForceOfTwoClasses(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let rates = [Double(random.whole(4...12)) / 4, Double(random.whole(4...12)) / 4]
    let spares = random.whole(0...1)
    let prices = [Double(random.whole(50...200)) / 100, Double(random.whole(50...200)) / 100]
    let shapes: [(phase: Phase, pool: Int, devices: Int)] = [
      (.prefill, random.whole(0...1), 1), (.decode, random.whole(0...1), 1), (.decode, random.whole(0...1), 2),
      (.aggregated, random.whole(0...1), 2),
    ]
    let capacities = shapes.map { shape in (0..<2).map { _ in Double(shape.devices * random.whole(4...16)) / 8 } }
    let problem = Sample.problem(
      "brute-\(seed)",
      pools: [
        Sample.pool("a0", price: prices[0], node: 4, wholeNodes: true), Sample.pool("a1", price: prices[1], stock: 6),
      ],
      classes: [Sample.requests(rates[0], id: "v"), Sample.requests(rates[1], id: "w")],
      tables: shapes.indices.map { index in
        Sample.table(
          shapes[index].phase, "a\(shapes[index].pool)", devices: shapes[index].devices,
          ["v": capacities[index][0], "w": capacities[index][1]], id: "t\(index)")
      }, policy: Policy(spareInstancesPerGroup: spares))

    /// Whether the counts less spares can carry both classes.
    func carries(_ counts: [Int]) throws -> Bool {
      var model = Model("routing")
      var entering = [LinearExpression(), LinearExpression()]
      var between = [LinearExpression(), LinearExpression()]
      for (index, shape) in shapes.enumerated() {
        var work = LinearExpression()
        for requestClass in 0..<2 {
          let rate = model.addVariable("x\(index)-\(requestClass)")
          work.add(rate, coefficient: 1 / capacities[index][requestClass])
          if shape.phase != .decode { entering[requestClass].add(rate) }
          if shape.phase != .aggregated {
            between[requestClass].add(rate, coefficient: shape.phase == .prefill ? 1 : -1)
          }
        }
        model.require("work\(index)", work <= Double(max(0, counts[index] - spares)))
      }
      for requestClass in 0..<2 {
        model.require("entering\(requestClass)", entering[requestClass] == rates[requestClass])
        model.require("between\(requestClass)", between[requestClass] == 0)
      }
      return try GLPKSolver().solve(model).solution != nil
    }
    func cost(_ counts: [Int]) -> Double? {
      var devices = [0, 0]
      for (index, shape) in shapes.enumerated() { devices[shape.pool] += shape.devices * counts[index] }
      guard devices[1] <= 6 else { return nil }
      return Double((devices[0] + 3) / 4 * 4) * prices[0] + Double(devices[1]) * prices[1]
    }

    let best = try problem.solved().costUSDPerHour ?? .infinity
    var isReached = best == .infinity
    for number in 0..<(7 * 7 * 7 * 7) {
      let counts = [number % 7, number / 7 % 7, number / 49 % 7, number / 343]
      guard let cost = cost(counts), cost <= best + 1e-6 else { continue }
      // Only maximal counts of equal cost need a look; all below the best do.
      if cost < best - 1e-6 {
        #expect(try !carries(counts), "seed \(seed): \(counts) cost \(cost), the plan \(best)")
      } else if !isReached {
        isReached = try carries(counts)
      }
    }
    #expect(isReached, "seed \(seed): no counts cost \(best)")
  }

  /// With the latency model and the shipped catalog: exports of the full and the reduced program have the plan's objective.
  @Test(
    .enabled(if: ExternalSolver.glpsol.isInstalled && ExternalSolver.cbc.isInstalled, "glpsol or cbc is not installed"))
  func exportsHaveTheObjectiveOfThePlan() throws {
    let catalog = try shippedCatalog.get()
    func pool(_ id: String, _ price: Double) throws -> AcceleratorPool {
      AcceleratorPool(
        id: id, accelerator: try #require(catalog.accelerator(id)), tiers: [Sample.tier(.onDemand, price)],
        backend: "vllm")
    }
    var chat = Sample.requests(40, id: "chat", ttft: 0.5, tpot: 0.04)
    chat.lengths = LengthDistribution(inputTokens: 800, outputTokens: 250)
    var documents = Sample.requests(5, id: "documents", ttft: 3, tpot: 0.08)
    documents.lengths = LengthDistribution(inputTokens: 9000, outputTokens: 400)
    let model = ServedModel(
      id: "m", architecture: catalog.model("llama-3.1-8b"), weightPrecisions: [.bf16], kvPrecisions: [.bf16])
    let problem = Sample.problem(
      models: [model], pools: [try pool("l40s", 1.55), try pool("h100-sxm", 3.2)], classes: [chat, documents],
      tables: [], policy: Policy(tensorDegrees: [1, 2], pipelineDegrees: [1]))
    let objective = try #require(try problem.solved().objective)
    let full = ProgramExport(problem: problem, constants: catalog.latencyConstants, full: true)
    let reduced = ProgramExport(problem: problem, constants: catalog.latencyConstants, full: false)
    #expect(reduced.columns < full.columns)
    let answers = [
      try ExternalSolver.glpsol.solve(reduced.mathProg(programText: try mathProgText.get())),
      try ExternalSolver.glpsol.solve(full.mathProg(programText: try mathProgText.get())),
      try ExternalSolver.cbc.solve(full.mps()), try ExternalSolver.cbc.solve(reduced.mps()),
    ]
    for answer in answers {
      guard case .optimal(let value) = answer else {
        Issue.record("\(answer)")
        continue
      }
      #expect(abs(value - objective) <= 1e-6 * objective)
    }
  }

  /// Dominance loses nothing.
  @Test(arguments: 201...216) func reducedAndFullHaveTheSameOptimum(seed: Int) throws {
    var random = RandomProblem(
      seed: seed, features: [.stock, .models, .heterogeneous, .spares, .floors, .partners, .exchange, .wholeNodes])
    let full = try random.data()
    var reduced = full
    reduced.candidates = Dominance.reduce(full.candidates)
    var solver = GLPKSolver()
    solver.options.strategy = .staged
    let a = try solver.solve(Program(full).model)
    let b = try solver.solve(Program(reduced).model)
    switch (a.solution?.objective, b.solution?.objective) {
    case (nil, nil): #expect(a.termination == .infeasible && b.termination == .infeasible, "seed \(seed)")
    case (let x?, let y?): #expect(abs(x - y) <= 1e-6 * max(1, abs(x)), "seed \(seed): full \(x), reduced \(y)")
    default: Issue.record("seed \(seed): full \(a.termination), reduced \(b.termination)")
    }
  }

  @Test(.enabled(if: ExternalSolver.cbc.isInstalled, "cbc is not installed"), arguments: 201...208)
  func anotherSolverAgreesOnTheFullProgram(seed: Int) throws {
    var random = RandomProblem(seed: seed, features: [.stock, .models, .tiers, .floors, .partners])
    let program = Program(try random.data())
    var solver = GLPKSolver()
    solver.options.strategy = .staged
    let own = try solver.solve(program.model)
    switch (own.solution?.objective, try ExternalSolver.cbc.solve(ProgramExport(program).mps())) {
    case (nil, .infeasible): #expect(own.termination == .infeasible, "seed \(seed)")
    case (let x?, .optimal(let y)): #expect(abs(x - y) <= 1e-6 * max(1, abs(x)), "seed \(seed): \(x), CBC \(y)")
    case (_, let other): Issue.record("seed \(seed): \(own.termination), CBC \(other)")
    }
  }

  @Test func dominanceDropsWhatIsDominated() throws {
    let problem = Sample.problem(
      pools: [Sample.pool("p")], classes: [Sample.requests(10)],
      tables: [
        Sample.table(.aggregated, "p", ["w": 1], id: "good"),
        Sample.table(.aggregated, "p", ["w": 0.9], id: "worse"),
        Sample.table(.aggregated, "p", devices: 2, ["w": 1.9], id: "coarse"),
        Sample.table(.aggregated, "p", devices: 2, ["w": 2.1], id: "coarser-but-better"),
      ])
    let kept = Dominance.reduce(try problem.fullData().candidates).map(\.id)
    #expect(kept == ["aggregated-good", "aggregated-coarser-but-better"])
  }
}
