import FleetServing
import Testing

@testable import FleetPlanning

/// What must hold within one study.
@Suite struct StudyLawTests {
  /// One 8B model on accelerators of two vendors, by the latency model.
  private func modelled(seed: Int) throws -> PlanningProblem {
    var random = SeededGenerator(seed: seed)
    let catalog = try shippedCatalog.get()
    func pool(_ id: String, _ price: Double) throws -> AcceleratorPool {
      AcceleratorPool(
        id: id, accelerator: try #require(catalog.accelerator(id)), stockDevices: 40,
        tiers: [Sample.tier(.onDemand, price)], backend: "vllm")
    }
    var requests = Sample.requests(Double(random.whole(5...60)), ttft: 0.6, tpot: 0.03)
    requests.lengths = LengthDistribution(
      inputTokens: Double(random.whole(200...3000)), outputTokens: Double(random.whole(50...400)))
    return Sample.problem(
      models: [
        ServedModel(
          id: "m", architecture: catalog.model("llama-3.1-8b"), weightPrecisions: [.bf16], kvPrecisions: [.bf16])
      ], pools: [try pool("l40s", 1.55), try pool("mi300x", 3.1)], classes: [requests], tables: [])
  }

  @Test(arguments: 1...3) func frontiersObeyTheirLaws(seed: Int) throws {
    let problem = try modelled(seed: seed)
    let study = try StudyTests.planner().study(problem, options: StudyTests.options { $0.frontierPoints = 5 })
    #expect(study.frontiers.map(\.axis) == [.tpot, .ttft])
    for frontier in study.frontiers {
      let joint = try #require(frontier.series.first)
      #expect(joint.kind == "joint")
      #expect(joint.points.count == 5 && joint.points.map(\.factor).contains(1))
      for series in frontier.series {
        let costs = series.points.map { $0.costUSDPerHour ?? .infinity }
        for (stricter, looser) in zip(costs, costs.dropFirst()) { #expect(looser <= stricter, "\(series.name)") }
        for (own, best) in zip(costs, joint.points) { #expect((best.costUSDPerHour ?? .infinity) <= own) }
        for point in series.points {
          #expect((point.costUSDPerHour == nil) == (point.status == .infeasible || point.status == .unsolved))
          #expect((point.devices ?? 1) > 0 && (point.outputTokensPerSecondPerDevice ?? 1) > 0)
        }
      }
      let one = try #require(joint.points.first { $0.factor == 1 })
      #expect(one.costUSDPerHour == study.plan.costUSDPerHour && one.status == study.plan.status)
      let stated = frontier.axis == .tpot ? 0.03 : 0.6
      #expect(joint.points.allSatisfy { StudyTests.agree($0.objectiveSeconds, stated * $0.factor) })
    }
  }

  /// Rows decided by their neighbours are what solving them gives, up to the rounding of variants.
  @Test func frontierPointsMatchSinglePlans() throws {
    let problem = try modelled(seed: 5)
    let study = try StudyTests.planner().study(problem, options: StudyTests.options { $0.frontierPoints = 7 })
    for frontier in study.frontiers {
      for point in try #require(frontier.series.first).points {
        let plan = try problem.varied(.objective(frontier.axis.latency, factor: point.factor)).solved()
        #expect(plan.status == point.status)
        guard let own = plan.costUSDPerHour, let cost = point.costUSDPerHour else { continue }
        #expect(abs(own - cost) <= CandidateEnumeration.worthwhileGain * own, "\(frontier.axis) × \(point.factor)")
      }
    }
  }

  @Test(arguments: [44, 47, 51, 52, 58]) func breakEvenRatesMatchSinglePlans(seed: Int) throws {
    let problem = StudyTests.draw(seed, [.heterogeneous, .wholeNodes])
    let study = try StudyTests.planner().study(
      problem,
      options: StudyTests.options {
        $0.ratePoints = 5
        $0.rateSpan = 4
        $0.rateResolution = 0.05
      })
    for rate in study.breakEvenRates {
      #expect(rate.points.map(\.ratePerSecond) == rate.points.map(\.ratePerSecond).sorted())
      for point in rate.points {
        #expect(point.isProven)
        let scaled = problem.varied(.rate(factor: point.ratePerSecond / rate.currentPerSecond))
        let joint = try scaled.solved().costUSDPerHour
        let without: Double?
        switch rate.subject {
        case .disaggregation: without = try scaled.varied(.withoutDisaggregation).solved().costUSDPerHour
        case .secondVendor:
          without = try problem.vendors.compactMap { try scaled.varied(.onlyVendor($0)).solved().costUSDPerHour }.min()
        }
        let note: Comment = "seed \(seed), \(rate.subject) at \(point.ratePerSecond)"
        #expect((joint == nil) == (point.costUSDPerHour == nil), note)
        #expect((without == nil) == (point.costWithoutUSDPerHour == nil), note)
        if let joint, let own = point.costUSDPerHour { #expect(StudyTests.agree(joint, own), note) }
        if let without, let own = point.costWithoutUSDPerHour { #expect(StudyTests.agree(without, own), note) }
      }
      // Every end of a range lies between neighbours within the resolution that differ.
      for range in rate.ranges {
        if let from = range.fromPerSecond {
          let index = try #require(rate.points.firstIndex { $0.ratePerSecond == from })
          #expect(rate.points[index].pays && !rate.points[index - 1].pays)
          #expect(from <= rate.points[index - 1].ratePerSecond * 1.0500001)
        }
        if let to = range.toPerSecond {
          let index = try #require(rate.points.firstIndex { $0.ratePerSecond == to })
          #expect(rate.points[index].pays && !rate.points[index + 1].pays)
          #expect(rate.points[index + 1].ratePerSecond <= to * 1.0500001)
        }
      }
    }
  }

  @Test(arguments: [51, 52, 53]) func sensitivitiesMatchSinglePlans(seed: Int) throws {
    var problem = RandomProblem(seed: seed, features: [.stock, .power, .wholeNodes]).problem
    problem.policy.powerCapWatts = problem.policy.powerCapWatts.map { $0 * 4 }
    let study = try StudyTests.planner().study(problem, options: StudyTests.options { $0.sensitivities = true })
    guard let cost = study.plan.costUSDPerHour else { return #expect(study.sensitivities.isEmpty) }
    #expect(
      study.sensitivities.contains { $0.subject == .rate } && study.sensitivities.contains { $0.subject == .power })
    for entry in study.sensitivities {
      #expect(entry.isProven, "\(entry.change)")
      if let other = entry.costUSDPerHour {
        #expect(StudyTests.agree(try #require(entry.differenceUSDPerHour), other - cost), "\(entry.change)")
      } else {
        #expect(entry.status == .infeasible && entry.differenceUSDPerHour == nil, "\(entry.change)")
      }
      let (relaxes, tightens) = (["more", "looser", "lower"], ["fewer", "tighter"])
      guard let other = entry.costUSDPerHour, entry.subject != .power else { continue }
      if relaxes.contains(where: entry.change.contains) { #expect(other <= cost * (1 + 1e-6), "\(entry.change)") }
      if tightens.contains(where: entry.change.contains) { #expect(other >= cost * (1 - 1e-6), "\(entry.change)") }
    }
  }

  @Test func theSameStudyEveryTime() throws {
    let problem = StudyTests.draw(3)
    let first = try StudyTests.planner().study(problem)
    let second = try StudyTests.planner().study(problem)
    #expect(first == second)
    #expect(first.solves > 10)
    // A plan that is handed in saves its own solve, and nothing else changes.
    var third = try StudyTests.planner().study(problem, plan: first.plan)
    third.solves += 1
    #expect(third == first)
  }

  @Test func whatIsNotStudiedIsSaid() throws {
    var problem = Sample.pair()
    problem.objectives = [.power]
    let other = try StudyTests.planner().study(problem)
    #expect(other.solves == 1 && other.notes.contains { $0.contains("power") })
    let none = Sample.pair { $0.pools[1].stockDevices = 2 }
    let infeasible = try StudyTests.planner().study(none)
    #expect(infeasible.plan.status == .infeasible && infeasible.breakEvenPrices.isEmpty)
    #expect(infeasible.notes.contains { $0.contains("no plan") })
    var options = StudyOptions()
    options.totalSeconds = 0
    let late = try StudyTests.planner().study(Sample.pair(), options: options)
    #expect(late.plan.costUSDPerHour == 15 && late.notes.contains { $0.contains("Not everything") })
  }

  @Test func variationsChangeOneThing() throws {
    let problem = Sample.pair()
    #expect(problem.varied(.rate(factor: 2)).classes[0].ratePerSecond == [20])
    #expect(problem.varied(.price(factor: 2, poolID: "p")).pools.map(\.tiers[0].usdPerDeviceHour) == [2, 1])
    #expect(problem.varied(.withoutPool("p")).pools.map(\.id) == ["d"])
    #expect(problem.varied(.withoutPool("p")).capacityTables.count == 1)
    #expect(problem.varied(.onlyVendor("bolt")).pools.map(\.id) == ["d"])
    #expect(problem.varied(.withoutDisaggregation).policy.servingModes == [.aggregated])
    #expect(problem.varied(.budget(usdPerHour: 3)).policy.budgetUSDPerHour == 3)
    #expect(problem.varied(.powerCap(watts: 3)).policy.powerCapWatts == 3)
    #expect(problem.varied(.stock(devices: 2, poolID: "p")).pools[0].stockDevices == nil)
    let stocked = Sample.pair { $0.pools[0].stockDevices = 1 }
    #expect(stocked.varied(.stock(devices: -2, poolID: "p")).pools[0].stockDevices == 0)
    var slow = problem
    slow.classes[0].objective.ttft = LatencyObjective(seconds: 2, percentile: 0.9)
    #expect(slow.varied(.objective(.ttft, factor: 0.5)).classes[0].objective.ttft?.seconds == 1)
    #expect(slow.varied(.objective(.ttft, factor: 0.5, classID: "x")).classes[0].objective.ttft?.seconds == 2)
  }
}
