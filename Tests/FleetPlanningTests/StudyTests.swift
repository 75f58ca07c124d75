import FleetServing
import Testing

@testable import FleetPlanning

/// Studies of small problems against their definitions and against trying everything.
@Suite struct StudyTests {
  static let seeds = [1, 5, 9, 11, 12, 16, 18, 20, 21, 22, 23, 24, 26]

  static func planner() throws -> Planner {
    var planner = Planner(constants: try shippedCatalog.get().latencyConstants)
    planner.solvesBaselines = false
    planner.relativeGap = 0
    return planner
  }

  /// Everything off but what the test turns on.
  static func options(_ change: (inout StudyOptions) -> Void) -> StudyOptions {
    var options = StudyOptions()
    options.alternatives = 1
    options.frontierPoints = 0
    options.breakEvenPrices = false
    options.ratePoints = 0
    options.sensitivities = false
    change(&options)
    return options
  }

  /// A random problem with a vendor for each pool; most have a plan.
  static func draw(
    _ seed: Int,
    _ features: Set<RandomProblem.Feature> = [.tiers, .heterogeneous, .currentFleet, .periods, .wholeNodes]
  ) -> PlanningProblem {
    var problem = RandomProblem(seed: seed, features: features).problem
    for index in problem.pools.indices { problem.pools[index].accelerator.vendor = "vendor-\(index)" }
    return problem
  }

  // MARK: Break-even prices

  /// At the break-even price both optima cost the same; just below the pool is paid for, just above it is not.
  @Test(arguments: seeds) func breakEvenPricesMeetTheirDefinition(seed: Int) throws {
    let problem = Self.draw(seed)
    let study = try Self.planner().study(problem, options: Self.options { $0.breakEvenPrices = true })
    guard let optimum = study.plan.costUSDPerHour else { return #expect(study.breakEvenPrices.isEmpty) }
    #expect(study.breakEvenPrices.count == problem.pools.count)
    for price in study.breakEvenPrices {
      let note: Comment = "seed \(seed), pool \(price.poolID)"
      #expect(price.isProven && price.verdict != .unknown, note)
      let isUsed = study.plan.spending(on: price.poolID) > 0
      func cost(at factor: Double) throws -> Double {
        try #require(
          problem.varied(.price(factor: factor, poolID: price.poolID)).solved().costUSDPerHour, note)
      }
      let without = problem.varied(.withoutPaidDevices(poolID: price.poolID))
      let target = try without.solved().costUSDPerHour
      #expect((target == nil) == (price.costWithoutUSDPerHour == nil), note)
      guard let target else {
        #expect(price.verdict == .indispensable, note)
        continue
      }
      #expect(Self.agree(try #require(price.costWithoutUSDPerHour), target), note)
      guard let threshold = price.breakEvenUSDPerDeviceHour else {
        #expect(price.verdict == .never, note)
        #expect(Self.agree(try cost(at: 1e-6), target), note)
        continue
      }
      let factor = threshold / price.currentUSDPerDeviceHour
      #expect(price.verdict == (isUsed ? .leavesAbove : .entersBelow), note)
      #expect(isUsed ? factor >= 1 - 1e-6 : factor <= 1 + 1e-6, note)
      #expect(Self.agree(try cost(at: factor), target), note)
      #expect(Self.agree(try cost(at: factor * 1.001), target), note)
      #expect(try cost(at: factor * 0.999) < target * (1 - 1e-9), note)
      let below = try problem.varied(.price(factor: factor * 0.999, poolID: price.poolID)).solved()
      #expect(below.spending(on: price.poolID) > 0, note)
      #expect(price.devices > 0, note)
      #expect(optimum <= target * (1 + 1e-9), note)
    }
  }

  /// The break-even price lies between the last price of a scan at which the pool saves and the first at which it does not.
  @Test(arguments: [5, 9, 16, 21, 23, 24]) func breakEvenPricesMatchAScan(seed: Int) throws {
    let problem = Self.draw(seed)
    let study = try Self.planner().study(problem, options: Self.options { $0.breakEvenPrices = true })
    for price in study.breakEvenPrices {
      guard let threshold = price.breakEvenUSDPerDeviceHour, let target = price.costWithoutUSDPerHour else { continue }
      for step in 1...12 {
        let factor = Double(step) / 6
        let cost = try #require(
          problem.varied(.price(factor: factor, poolID: price.poolID)).solved().costUSDPerHour)
        let saves = cost < target * (1 - 1e-7)
        let note: Comment = "seed \(seed), pool \(price.poolID), factor \(factor)"
        #expect(saves == (factor * price.currentUSDPerDeviceHour < threshold * (1 - 1e-6)), note)
      }
    }
  }

  /// By hand: a decode pool of half the speed pays below half the price.
  @Test func breakEvenPriceByHand() throws {
    var problem = Sample.pair()
    problem.pools.append(Sample.pool("slow", price: 0.8))
    problem.capacityTables.append(Sample.table(.decode, "slow", ["w": 0.5]))
    let study = try Self.planner().study(problem, options: Self.options { $0.breakEvenPrices = true })
    let slow = try #require(study.breakEvenPrices.first { $0.poolID == "slow" })
    #expect(slow.verdict == .entersBelow && slow.phases == [.decode] && slow.devices > 0)
    #expect(Self.agree(try #require(slow.breakEvenUSDPerDeviceHour), 0.5))
    let fast = try #require(study.breakEvenPrices.first { $0.poolID == "d" })
    #expect(fast.verdict == .leavesAbove)
    #expect(Self.agree(try #require(fast.breakEvenUSDPerDeviceHour), 1.6))
    let only = try #require(study.breakEvenPrices.first { $0.poolID == "p" })
    #expect(only.verdict == .indispensable && only.breakEvenUSDPerDeviceHour == nil && only.phases == [.prefill])
  }

  /// Rules on shares of spending: bracketed, and still on the right side of both neighbours.
  @Test func breakEvenPriceUnderARuleOnSpending() throws {
    var problem = Sample.pair()
    problem.pools.append(Sample.pool("slow", vendor: "crux", price: 0.8))
    problem.capacityTables.append(Sample.table(.decode, "slow", ["w": 0.5]))
    problem.policy.vendorShares = [VendorShareLimit(vendor: "bolt", share: 0.9, measure: .spend)]
    let study = try Self.planner().study(problem, options: Self.options { $0.breakEvenPrices = true })
    let slow = try #require(study.breakEvenPrices.first { $0.poolID == "slow" })
    let threshold = try #require(slow.breakEvenUSDPerDeviceHour)
    #expect(threshold > 0.499 && threshold <= 0.5 && !slow.isProven)
    #expect(study.notes.contains { $0.contains("shares of spending") })
  }

  /// What a replay took away from configurations is taken away in the study of its plan.
  @Test func tightenedLoadsAreTakenOver() throws {
    func place(_ pool: String, _ factor: Double) -> TightenedConfiguration {
      TightenedConfiguration(
        phase: .decode, modelID: "m", poolID: pool, weightPrecision: "bf16", kvPrecision: "bf16",
        strategy: ParallelStrategy(tensor: 2), classID: "w", factor: factor)
    }
    var adjustments = LoadAdjustments()
    adjustments.take([place("a", 1.25), place("b", 1.1)])
    #expect(adjustments.tightened == [place("a", 1.25), place("b", 1.1)])
    adjustments.take([place("c", 3)])
    #expect(adjustments.tightened.count == 2)
  }

  static func agree(_ first: Double, _ second: Double) -> Bool {
    abs(first - second) <= 1e-6 * max(1, abs(first), abs(second))
  }
}
