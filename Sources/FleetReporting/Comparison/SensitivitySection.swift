import FleetServing

/// What moves the cost, and what else is nearly as good.
enum SensitivitySection {
  /// Sorted by the size of the effect.
  static func table(_ sensitivities: [Sensitivity], prefix: String) -> ReportTable {
    var table = ReportTable(
      "What moves the cost", id: "\(prefix)sensitivity",
      columns: [
        .init("Change", id: "change", wraps: true), .init("± $/h", .right, id: "difference_usd_per_hour"),
        .init("±", .right, id: "difference_fraction"), .init("$/h then", .right, id: "cost_usd_per_hour"),
        .init("Shadow price", .right, id: "shadow_price", rank: 1), .init("Status", id: "status"),
        .init("Proven", id: "proven", rank: 2),
      ])
    for entry in sorted(sensitivities) {
      let difference = entry.differenceUSDPerHour
      var share: Double?
      if let difference, let cost = entry.costUSDPerHour, cost - difference > 0 {
        share = difference / (cost - difference)
      }
      let tone: ReportTable.Tone = difference.map { abs($0) < 1e-9 ? .muted : $0 > 0 ? .bad : .good } ?? .plain
      table.add([
        .init(entry.change), .number(difference, ReportUnit.usdPerHour.difference, tone),
        .number(share, ReportUnit.fraction.difference, tone), .number(entry.costUSDPerHour, .usdPerHour),
        .number(entry.shadowPrice, ReportUnit("USD/h per unit", style: .money, isDifference: true)),
        .init(entry.status.rawValue, entry.status == .infeasible ? .bad : .plain),
        .init(entry.isProven ? "yes" : "no", entry.isProven ? .plain : .bad),
      ])
    }
    table.note =
      "One thing is changed at a time and the problem solved again; the greatest effect comes first. The shadow price is what "
      + "one unit of the limit is worth in the linear relaxation, where the limit binds."
    return table
  }

  /// Infeasible changes first, then by the size of the difference.
  static func sorted(_ sensitivities: [Sensitivity]) -> [Sensitivity] {
    func weight(_ entry: Sensitivity) -> Double {
      entry.differenceUSDPerHour.map(abs) ?? (entry.status == .infeasible ? .infinity : -1)
    }
    return sensitivities.enumerated().sorted {
      (weight($0.element), $1.offset) > (weight($1.element), $0.offset)
    }.map(\.element)
  }

  /// The change with the greatest effect on the cost, in a sentence.
  static func sentence(_ sensitivities: [Sensitivity]) -> String? {
    if sensitivities.isEmpty { return nil }
    let moved = sorted(sensitivities).filter { abs($0.differenceUSDPerHour ?? 0) > 1e-6 }
    let dearer = moved.first { ($0.differenceUSDPerHour ?? 0) > 0 }
    let cheaper = moved.first { ($0.differenceUSDPerHour ?? 0) < 0 }
    let effects = [dearer, cheaper].compactMap { $0 }.map { entry in
      let difference = entry.differenceUSDPerHour ?? 0
      return "\(entry.change) \(difference > 0 ? "costs" : "saves") \(Quantity.usdPerHour(abs(difference)))"
    }
    let infeasible = sensitivities.filter { $0.status == .infeasible }.count
    let none = infeasible == 0 ? "" : " \(Quantity.count(infeasible, "change")) would leave no plan at all."
    if effects.isEmpty { return "None of the changes that were tried moves the cost." + none }
    return "What moves the cost most: \(effects.joined(separator: "; ")).\(none)"
  }

  /// The greatest effects.
  static func chart(_ sensitivities: [Sensitivity], limit: Int = 10) -> EffectChart {
    let moved = sorted(sensitivities).filter { abs($0.differenceUSDPerHour ?? 0) > 1e-6 }
    return EffectChart(
      title: "Change of the cost per hour",
      bars: moved.prefix(limit).map { entry in
        let difference = entry.differenceUSDPerHour ?? 0
        let text = ReportValue.number(difference, ReportUnit.usdPerHour.difference).spelled(showsUnit: true) + "/h"
        return EffectChart.Bar(label: entry.change, value: difference, text: text)
      })
  }
}
