import FleetReporting
import FleetServing
import Testing

@testable import FleetPlanning

/// Plans that are sized for the bad end of the error bands, and what they cost more. The bands of these tests are made
/// up: they follow the grades, from 5 % to `width` · 100 %.
@Suite struct RobustTests {
  private static func constants(width: Double) throws -> LatencyConstants {
    var constants = try shippedCatalog.get().latencyConstants
    var table: [LatencyErrors.Key: LatencyError] = [:]
    for (index, grade) in LatencyGrade.allCases.enumerated() {
      for quantity in LatencyQuantity.allCases {
        let share = Double(index + 1) / Double(LatencyGrade.allCases.count)
        let high = 1 + width * share * (quantity == .prefill ? 1.4 : 1)
        table[.init(grade, quantity)] = LatencyError(
          lowRatio: 1 / high, highRatio: high, medianAPE: width / 3, meanAPE: width / 2, rows: 100)
      }
    }
    constants.errors = LatencyErrors(table)
    return constants
  }

  /// 8B on a measured and on an unmeasured family.
  private static func problem(seed: Int, robust: Bool = true) throws -> PlanningProblem {
    var random = SeededGenerator(seed: seed)
    let catalog = try shippedCatalog.get()
    func pool(_ id: String, _ price: Double) throws -> AcceleratorPool {
      AcceleratorPool(
        id: id, accelerator: try #require(catalog.accelerator(id)), tiers: [Sample.tier(.onDemand, price)],
        backend: "vllm")
    }
    var requests = Sample.requests(Double(random.whole(20...120)), ttft: 1.2, tpot: 0.05)
    requests.lengths = LengthDistribution(
      inputTokens: Double(random.whole(200...3000)), outputTokens: Double(random.whole(40...400)))
    var policy = Policy()
    policy.robust = robust
    return Sample.problem(
      models: [
        ServedModel(
          id: "m", architecture: catalog.model("llama-3.1-8b"), weightPrecisions: [.bf16], kvPrecisions: [.bf16])
      ],
      pools: [try pool("ascend-910b", Double(random.whole(80...160)) / 100), try pool("h100-sxm", 2.5)],
      classes: [requests], tables: [], policy: policy)
  }

  private func plan(
    _ problem: PlanningProblem, _ constants: LatencyConstants, baselines: Bool = false
  ) throws -> Plan {
    var planner = Planner(constants: constants)
    planner.solvesBaselines = baselines
    planner.relativeGap = 0
    return try planner.solve(problem)
  }

  private func cost(_ problem: PlanningProblem, _ constants: LatencyConstants) throws -> Double {
    let plan = try plan(problem, constants)
    #expect(plan.status == .optimal)
    return try #require(plan.costUSDPerHour)
  }

  @Test(arguments: 1...4) func widerBandsNeverCostLess(seed: Int) throws {
    let nominal = try cost(Self.problem(seed: seed, robust: false), Self.constants(width: 0.3))
    var previous = nominal
    for width in [0, 0.1, 0.3, 0.6] {
      let robust = try cost(Self.problem(seed: seed), Self.constants(width: width))
      if width == 0 { #expect(robust == nominal, "seed \(seed)") }
      #expect(robust >= previous * (1 - 1e-9), "seed \(seed), width \(width)")
      previous = robust
    }
    #expect(previous > nominal, "seed \(seed)")
  }

  @Test func withoutKnownErrorsNothingIsAdded() throws {
    var constants = try shippedCatalog.get().latencyConstants
    constants.errors = LatencyErrors()
    let nominal = try plan(Self.problem(seed: 1, robust: false), constants)
    let robust = try plan(Self.problem(seed: 1), constants)
    #expect(robust.costUSDPerHour == nominal.costUSDPerHour)
    #expect(robust.robustness != nil && nominal.robustness == nil)
    #expect(robust.classes.allSatisfy { $0.ttft.band == nil && $0.tpot.band == nil })
    #expect(
      Report(plan: robust).robustness
        == "No margin was added: the errors of this latency model are not known.")
    #expect(Report(plan: nominal).trust?.note?.hasPrefix("The errors of this latency model are not known.") == true)
  }

  @Test func anUnmeasuredFamilyCarriesTheLargerMargin() throws {
    let constants = try Self.constants(width: 0.5)
    let problem = try Self.problem(seed: 1)
    func margins(_ pool: AcceleratorPool) throws -> (step: Double, prompt: Double) {
      let configuration = InstanceConfiguration(
        model: try #require(problem.models[0].architecture), accelerator: pool.accelerator,
        strategy: ParallelStrategy(tensor: 1), weightPrecision: .bf16, kvPrecision: .bf16, backend: pool.backend)
      let plain = LatencyModel(constants: constants)
      let bad = LatencyModel(constants: constants.with(margin: .badEnd))
      let good = LatencyModel(constants: constants.with(margin: .goodEnd))
      func steps(_ model: LatencyModel) -> (Double, Double, Double) {
        (
          model.decodeStep(configuration, batch: 16, contextTokens: 2000).totalSeconds,
          model.prefillSeconds(configuration, inputTokens: 1000).totalSeconds,
          model.prefillOccupancySeconds(configuration, inputTokens: 1000)
        )
      }
      let (nominal, slow, fast) = (steps(plain), steps(bad), steps(good))
      let tpot = try #require(plain.error(for: configuration, .tpot))
      let prefill = try #require(plain.error(for: configuration, .prefill))
      #expect(abs(slow.0 / nominal.0 - tpot.highRatio) < 1e-9 && abs(fast.0 / nominal.0 - tpot.lowRatio) < 1e-9)
      #expect(abs(slow.1 / nominal.1 - prefill.highRatio) < 1e-9)
      #expect(abs(slow.2 / nominal.2 - prefill.highRatio) < 1e-9)
      #expect(steps(bad.withoutMargin) == nominal)
      return (slow.0 / nominal.0, slow.1 / nominal.1)
    }
    var unmeasured = problem.pools[0]
    unmeasured.accelerator.family = "unmeasured"
    let assumed = try margins(unmeasured)
    let measured = try margins(problem.pools[1])
    #expect(assumed.step > measured.step && assumed.prompt > measured.prompt)
  }

  /// The plan says what its groups rest on, and holds at the bad end; the nominal one does not.
  @Test func plansHoldAtTheBadEnd() throws {
    let constants = try Self.constants(width: 0.6)
    let problem = try Self.problem(seed: 2)
    var nominalProblem = problem
    nominalProblem.policy.robust = false
    let robust = try plan(problem, constants, baselines: true)
    let nominal = try plan(nominalProblem, constants)
    #expect(PlanCheck(problem: problem, constants: constants).faults(of: robust).isEmpty)
    #expect(!PlanCheck(problem: problem, constants: constants).faults(of: nominal).isEmpty)
    for planned in [robust, nominal] {
      for group in planned.groups {
        let evidence = try #require(group.evidence)
        #expect((evidence.grade == .assumed) == (group.vendor == "huawei"))
        #expect((evidence.tpot == nil) == (group.phase == .prefill))
        #expect((evidence.prefill == nil) == (group.phase == .decode))
      }
      for planClass in planned.classes {
        for latency in [planClass.ttft, planClass.tpot, planClass.endToEnd] {
          let band = try #require(latency.band)
          let predicted = try #require(latency.predictedSeconds)
          #expect(band.lowSeconds < predicted)
          if planned.robustness != nil {
            #expect(band.highSeconds.map { abs($0 - predicted) < 1e-9 } == true)
          } else if let high = band.highSeconds {
            #expect(high > predicted)
          }
        }
      }
    }
    let price = try #require(robust.robustness?.nominal)
    #expect(price.status == .optimal && price.costUSDPerHour == nominal.costUSDPerHour)
    let sentence = try #require(Report(plan: robust).robustness)
    #expect(sentence.hasPrefix("Robust to the 90\u{A0}% band of every configuration: $"))
    #expect(sentence.contains("more than the nominal $"))
    #expect(!robust.baselines.contains { $0.kind == "nominal" })
    #expect(robust.provenance.latencyModel.contains("bad end"))
  }

  @Test func measuredCapacitiesCarryNoMargin() throws {
    var problem = Sample.pair()
    problem.policy.robust = true
    let constants = try Self.constants(width: 0.6)
    let robust = try plan(problem, constants)
    let nominal = try plan(Sample.pair(), constants)
    #expect(robust.costUSDPerHour == nominal.costUSDPerHour)
    #expect(robust.groups.allSatisfy { $0.evidence == .capacityTable })
    #expect(
      Report(plan: robust).robustness == "All capacities are measured: there is no band to be robust to.")
  }

  /// An objective that only the nominal times keep: the conflict names it, and says that there is a nominal plan.
  @Test func anInfeasibleRobustProblemNamesTheObjective() throws {
    let constants = try Self.constants(width: 3)
    var problem = try Self.problem(seed: 3)
    problem.classes[0].objective = ServiceLevelObjective(
      ttft: LatencyObjective(seconds: 5, percentile: 0.95), tpot: LatencyObjective(seconds: 0.0058, percentile: 0.95))
    let robust = try plan(problem, constants, baselines: true)
    #expect(robust.status == .infeasible)
    #expect(robust.conflict?.repairs.contains { $0.contains("TPOT") } == true)
    #expect(robust.robustness?.nominal?.status == .optimal)
    #expect(Report(plan: robust).robustness?.contains("without these margins there is a plan at $") == true)
  }
}
