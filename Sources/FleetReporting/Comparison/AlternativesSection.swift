import FleetServing

/// The studied plan and the best plans of other kinds.
enum AlternativesSection {
  static func table(_ study: PlanStudy, prefix: String) -> ReportTable {
    var table = ReportTable(
      "Nearly as good", id: "\(prefix)alternatives",
      columns: [
        .init("Rank", .right, id: "rank"), .init("Fleet", id: "fleet", wraps: true),
        .init("Does without", id: "without", wraps: true), .init("Instead", id: "instead", wraps: true),
        .init("$/h", .right, id: "cost_usd_per_hour"), .init("± $/h", .right, id: "difference_usd_per_hour"),
        .init("±", .right, id: "difference_fraction"), .init("Devices", .right, id: "devices"),
        .init("Vendors", id: "vendors", rank: 1), .init("Status", id: "status"),
      ])
    let own = study.plan.costUSDPerHour
    for (rank, plan) in [(1, study.plan)] + study.alternatives.map({ ($0.rank, $0.plan) }) {
      let difference = own.flatMap { own in plan.costUSDPerHour.map { $0 - own } }
      let share = difference.flatMap { difference in own.flatMap { $0 > 0 ? difference / $0 : nil } }
      table.add([
        .count(rank), .init(Answer.deployment(of: plan), rank == 1 ? .strong : .plain),
        .init(uses(study.plan.kind.subtracting(plan.kind))), .init(uses(plan.kind.subtracting(study.plan.kind))),
        .number(plan.costUSDPerHour, .usdPerHour),
        rank == 1 ? "" : .number(difference, ReportUnit.usdPerHour.difference),
        rank == 1 ? "" : .number(share, ReportUnit.fraction.difference), .count(plan.heldDevices, .devices),
        .init(Answer.list(plan.vendors.map(vendorName))), .init(plan.status.rawValue),
      ])
    }
    table.note =
      "Each plan is the cheapest that does without at least one use of every plan above it, such as decode on a pool: plans that "
      + "differ only in counts, strategies or batches are one kind."
    return table
  }

  private static func uses(_ uses: Set<PoolUse>) -> String { Answer.list(uses.sorted().map(\.description)) }
}
