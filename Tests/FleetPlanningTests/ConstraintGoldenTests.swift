import FleetOptimization
import FleetServing
import Foundation
import Testing

@testable import FleetPlanning

/// One small program per constraint family, as LP text under Tests/FleetPlanningGoldens.
///
/// `FLEETPLAN_RECORD_GOLDENS=1 swift test --filter ConstraintGoldenTests` writes them anew: read the difference.
@Suite struct ConstraintGoldenTests {
  private static let folder = packageFolder + "/Tests/FleetPlanningGoldens"

  @Test(arguments: Program.families)
  func familyReadsAsExpected(family: String) throws {
    let program = try Self.program(for: family)
    let rows = program.model.rows.filter { BindingText.family($0.name) == family }
    #expect(!rows.isEmpty, "the sample has no row of family \(family)")
    let text = LPWriter().text(program.model)
    let path = "\(Self.folder)/\(family).lp"
    if ProcessInfo.processInfo.environment["FLEETPLAN_RECORD_GOLDENS"] == "1" {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let golden = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text == golden, "\(family)")
  }

  /// A family that is added to the program needs a golden, a line in docs/model.md and a place in `Program.families`.
  @Test func everyRowBelongsToAFamilyWithAGolden() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
    #expect(Set(files) == Set(Program.families.map { "\($0).lp" }))
    let document = try String(contentsOfFile: packageFolder + "/docs/model.md", encoding: .utf8)
    for family in Program.families { #expect(document.contains("`\(family)`"), "docs/model.md lacks \(family)") }
    for seed in 1...40 {
      var random = RandomProblem(seed: seed)
      for row in Program(try random.data()).model.rows {
        #expect(Program.families.contains(BindingText.family(row.name)), "seed \(seed): \(row.name)")
      }
    }
  }

  /// A problem that needs the family: prefill on `p`, decode on `d`, 10 requests/s.
  private static func program(for family: String) throws -> Program {
    var problem = Sample.pair()
    switch family {
    case "demand", "balance", "capacity": break
    case "opened": problem.policy.spareInstancesPerGroup = 1
    case "floor":
      var data = try problem.fullData()
      data.candidates[0].floor = 2
      return Program(data)
    case "sent", "received":
      problem.pools.append(Sample.pool("e", price: 2))
      problem.capacityTables += [Sample.table(.decode, "e", ["w": 1]), Sample.table(.prefill, "e", ["w": 1])]
      problem.kvExchange = .except([PoolPair(prefillPoolID: "p", decodePoolID: "e")])
    case "link":
      problem.models = [Sample.model(cached: true)]
      problem.links = [PoolLink(prefillPoolID: "p", decodePoolID: "d", totalBytesPerSecond: 30e6)]
    case "devices":
      problem.pools[0].wholeNodes = true
      problem.pools[0].tiers.append(Sample.tier(.reserved, 0.5, available: 16))
    case "stock": problem.pools[1].stockDevices = 12
    case "device_limit": problem.policy.deviceLimits = [DeviceLimit(poolIDs: ["p", "d"], maximumDevices: 16)]
    case "budget": problem.policy.budgetUSDPerHour = 20
    case "power": problem.policy.powerCapWatts = 2000
    case "spot":
      problem.pools[0].tiers.append(Sample.tier(.spot, 0.25))
      problem.policy.spotShareLimit = 0.25
    case "share_spend", "share_devices", "share_capacity":
      let measure = VendorShareLimit.Measure(rawValue: String(family.dropFirst("share_".count))) ?? .spend
      problem.policy.vendorShares = [VendorShareLimit(vendor: "bolt", share: 0.75, measure: measure)]
    case "active", "vendors": problem.policy.minimumVendors = 2
    case "keep":
      let program = Program(try problem.fullData())
      return program.following(.devices, keeping: .cost, at: 15, tolerance: 0.001)
    default: Issue.record("no sample for family \(family)")
    }
    return Program(try problem.fullData())
  }
}
