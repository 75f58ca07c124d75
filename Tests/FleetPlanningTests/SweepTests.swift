import FleetJSON
import FleetOptimization
import FleetServing
import Foundation
import Testing

@testable import FleetPlanning

/// Grids of problems and their answers.
@Suite struct SweepTests {
  /// Two pools with measured tables, two classes, so that kinds of plan change with prices and rates.
  static let problem = """
    {
      "format": "fleetplan-problem/1",
      "name": "two pools",
      "models": [{ "id": "m", "measured_only": true }],
      "accelerators": [
        {
          "id": "a", "measured_only": true, "vendor": "v", "stock_devices": 8,
          "prices": { "on_demand_usd_per_device_hour": 1 }
        },
        {
          "id": "b", "measured_only": true, "vendor": "w", "stock_devices": 8,
          "prices": { "on_demand_usd_per_device_hour": 1.5 }
        }
      ],
      "classes": [
        { "id": "c", "model": "m", "rate_per_s": 5, "lengths": { "input_tokens": 100, "output_tokens": 10 } },
        { "id": "d", "model": "m", "rate_per_s": 2, "lengths": { "input_tokens": 50, "output_tokens": 10 } }
      ],
      "capacity_tables": [
        { "id": "t", "model": "m", "accelerator": "a", "rows": [{ "rate_per_s": 2 }] },
        { "id": "u", "model": "m", "accelerator": "b", "rows": [{ "rate_per_s": 2.5 }] }
      ]
    }
    """

  private func sweep(_ variations: String..., problem: String = Self.problem) throws -> Sweep {
    try Sweep(
      json: Array(problem.utf8), source: "p.json", varying: variations.map { try SweepVariation($0) },
      catalog: shippedCatalog.get())
  }

  private func solve(_ sweep: Sweep, workers: Int = 2, starts: Bool = true) -> SweepResult {
    var options = SweepOptions(workers: workers)
    options.startsFromNeighbours = starts
    return Planner(catalog: sweep.catalog).sweep(sweep, options: options)
  }

  /// Each point is what planning the edited file gives.
  @Test func pointsAreThePlansOfTheEditedFiles() throws {
    let sweep = try sweep(
      "classes[*].rate_per_s=*0.5,*1,*3", "accelerators[a].prices.on_demand_usd_per_device_hour=0.5:2:0.5",
      "accelerators[b].stock_devices=1,8")
    #expect(sweep.count == 24)
    let result = solve(sweep)
    for point in 0..<sweep.count {
      let text = JSONOutput(sweep.tree(at: point)).encoded()
      let problem = try PlanningProblem(json: Array(text.utf8), source: "p.json", catalog: sweep.catalog)
      var planner = Planner(catalog: sweep.catalog)
      planner.solvesBaselines = false
      let plan = try planner.solve(problem)
      let found = result.points[point]
      #expect(found.status.rawValue == plan.status.rawValue)
      #expect(found.inputHash == plan.provenance.inputHash)
      if let cost = plan.costUSDPerHour {
        #expect(abs((found.costUSDPerHour ?? 0) - cost) <= 1e-6 * cost, "point \(point)")
      } else {
        #expect(found.costUSDPerHour == nil)
      }
    }
    #expect(result.points.contains { $0.status == .infeasible })
  }

  /// Neither the number of workers nor the starts change what is best.
  @Test func workersAndStartsDoNotMatter() throws {
    let sweep = try sweep("classes[*].rate_per_s=*0.5:4/9", "accelerators[a].stock_devices=0:8:2")
    let one = solve(sweep, workers: 1)
    #expect(one == solve(sweep, workers: 4))
    let cold = solve(sweep, starts: false)
    for (warm, cold) in zip(one.points, cold.points) {
      #expect(warm.status == cold.status)
      let (a, b) = (warm.costUSDPerHour ?? 0, cold.costUSDPerHour ?? 0)
      #expect(abs(a - b) <= 1e-6 * max(1, b))
    }
  }

  /// Cost falls with stock and rises with rates.
  @Test func costsAreMonotone() throws {
    let result = solve(try sweep("classes[*].rate_per_s=*0.25:6/8", "accelerators[a].stock_devices=0:8:2"))
    let stocks = result.axes[1].values.count
    for point in result.points.indices {
      let cost = result.points[point].costUSDPerHour ?? .infinity
      if point % stocks > 0 {
        #expect(cost <= (result.points[point - 1].costUSDPerHour ?? .infinity) + 1e-6, "more stock")
      }
      if point >= stocks {
        #expect(cost >= (result.points[point - stocks].costUSDPerHour ?? .infinity) - 1e-6, "more requests")
      }
    }
  }

  /// Every point is visited once, in chains of neighbours that the number of workers has no part in.
  @Test(arguments: ["1", "1,2,3", "1:64:1", "1:100:1"]) func chainsCoverTheGrid(values: String) throws {
    let stock = "accelerators[a].stock_devices=1:7:1"
    let rate = "classes[c].rate_per_s=\(values)"
    for (variations, along) in [([rate, stock], 1), ([stock, rate], 0), ([rate, "classes[d].rate_per_s=1,2"], 1)] {
      let sweep = try Sweep(
        json: Array(Self.problem.utf8), source: "p.json", varying: variations.map { try SweepVariation($0) },
        catalog: shippedCatalog.get())
      #expect(sweep.chains.flatMap { $0 }.sorted() == Array(0..<sweep.count))
      for chain in sweep.chains {
        for (first, second) in zip(chain, chain.dropFirst()) {
          // One step along one axis; where that axis keeps the candidates, all of the chain have the same.
          let steps = zip(sweep.indices(at: first), sweep.indices(at: second)).map { $1 - $0 }
          #expect(steps == steps.indices.map { $0 == along ? 1 : 0 })
          if variations.contains(stock) {
            #expect(sweep.candidateIndices(at: first) == sweep.candidateIndices(at: second))
          }
        }
      }
    }
  }

  /// What prices, stock and caps leave as it is: the candidates are those of the varied problem.
  @Test func candidatesAreKept() throws {
    let sweep = try sweep(
      "accelerators[a].prices.on_demand_usd_per_device_hour=0,3", "accelerators[b].stock_devices=0,50",
      "policy.budget_usd_per_hour=null,9",
      "accelerators[b].available.on_demand=null,3")
    #expect(sweep.axes.allSatisfy(Sweep.keepsCandidates))
    let constants = sweep.catalog.latencyConstants
    let base = CandidateEnumeration(problem: sweep.problem, constants: constants).enumerate()
    for point in 0..<sweep.count {
      let set = CandidateEnumeration(problem: try sweep.problem(at: point), constants: constants).enumerate()
      #expect(String(describing: set.candidates) == String(describing: base.candidates), "point \(point)")
    }
    for path in ["classes[c].rate_per_s=1", "policy.chunk_tokens=512", "accelerators[a].backend=x"] {
      let axis = try? self.sweep(path).axes[0]
      if let axis { #expect(!Sweep.keepsCandidates(axis), "\(path)") }
    }
  }

  /// A cancelled sweep answers what it can.
  @Test func cancelledSweepsSaySo() throws {
    let sweep = try sweep("classes[c].rate_per_s=1:50:1")
    var planner = Planner(catalog: sweep.catalog)
    let cancellation = Cancellation()
    planner.cancellation = cancellation
    var options = SweepOptions(workers: 1)
    options.progress = { if $0 == 5 { cancellation.cancel() } }
    let result = planner.sweep(sweep, options: options)
    #expect(result.points.count == 50)
    #expect(result.points.prefix(5).allSatisfy { $0.status.isAnswer })
    #expect(result.points.dropFirst(5).allSatisfy { $0.status == .skipped })
  }

  /// A factor on one place is the number that results; on several places it stays a factor.
  @Test func valuesOfAxes() throws {
    let sweep = try sweep("classes[c].rate_per_s=*2,3", "accelerators[*].stock_devices=*2,*3")
    #expect(sweep.axes[0].values.map(\.number) == [10, 3])
    #expect(sweep.axes[0].current == 5)
    #expect(!sweep.axes[0].isFactor)
    #expect(sweep.axes[1].values.map(\.number) == [2, 3])
    #expect(sweep.axes[1].isFactor)
    #expect(sweep.axes[0].unit == "requests/s")
  }

  /// Faults that values cause come with the place in the file and the values, once each, before anything is solved.
  @Test func faultsOfValues() throws {
    let sweep = try sweep("classes[c].rate_per_s=-1,2", "accelerators[*].stock_devices=1,1.5")
    let failure = #expect(throws: SweepFailure.self) { try sweep.check() }
    let faults = failure?.inputs.flatMap(\.all) ?? []
    #expect(
      faults.map(\.path) == ["/accelerators/0/stock_devices", "/accelerators/1/stock_devices", "/classes/0/rate_per_s"])
    #expect(faults.allSatisfy { $0.line != nil && $0.column != nil })
    #expect(faults[0].message.hasSuffix("found 1.5 (--vary accelerators[*].stock_devices=1.5)"))
    #expect(faults[2].message.hasSuffix("found -1 (--vary classes[c].rate_per_s=-1)"))
  }

  @Test(arguments: [
    (["classes[c].rate_per_s=1", "classes[*].rate_per_s=2"], "vary the same place"),
    (["policy=null", "policy.budget_usd_per_hour=2"], "vary the same place"),
    (["classes[c].rate_per_s=1:200:1", "classes[d].rate_per_s=1:200:1"], "200 × 200 combinations"),
  ]) func gridsThatCannotBe(variations: [String], message: String) throws {
    let failure = #expect(throws: SweepFailure.self) {
      try Sweep(
        json: Array(Self.problem.utf8), source: "p.json", varying: variations.map { try SweepVariation($0) },
        catalog: shippedCatalog.get())
    }
    #expect(failure?.description.contains(message) ?? false, "\(failure?.description ?? "none")")
  }

  /// Faults of the file itself come first and name no variation.
  @Test func faultsOfTheFile() throws {
    let broken = Self.problem.replacingOccurrences(of: "\"rate_per_s\": 5", with: "\"rate_per_s\": -5")
    let failure = #expect(throws: SweepFailure.self) { try sweep("classes[d].rate_per_s=1", problem: broken) }
    #expect(failure?.description.contains("--vary") == false)
  }
}
