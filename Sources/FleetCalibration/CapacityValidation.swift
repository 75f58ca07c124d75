import FleetServing

extension ValidationSection {
  /// What aggregated instances promise at the TPOT that a closed loop had, beside the rate that it had (`PlannedCapacity`).
  /// Rows with a published rate, of other kinds, or on which the prediction of TPOT itself is off, are passed over.
  public static func plannedCapacity(_ rows: [Measurement], catalog: Catalog) -> ValidationSection {
    let measured = rows.filter { $0.published == nil && $0.kind == .aggregated }
    let found = PlannedCapacity.all(of: measured, catalog: catalog)
    let points = found.filter { $0.plannedPerSecond != nil }.map { row in
      ValidationPoint(
        group: row.configuration.backend, configuration: row.configuration.words,
        load: "\(fixed(row.measurement.inputTokens, 0))/\(fixed(row.measurement.outputTokens, 0)), "
          + "\(fixed(row.measurement.concurrency, 0)) requests",
        predicted: row.plannedPerSecond ?? 0, observed: row.measuredPerSecond, evidence: "",
        source: row.measurement.dataset)
    }
    let unpredicted = found.filter { $0.plannedPerSecond == nil }.map { row in
      Remark(
        row: "\(row.configuration.words), \(fixed(row.measurement.concurrency, 0)) requests",
        reason: row.reason ?? "nothing can be promised at the measured TPOT")
    }
    return ValidationSection(
      id: "planned_capacity", title: "Planned capacity of aggregated instances",
      explanation:
        "Closed loops whose TPOT is predicted within 5 %: the largest rate of one class at which the measured TPOT is met at the "
        + "median under random arrivals, which is what a plan takes an instance for, beside the rate c ÷ (TTFT + o·TPOT) that the loop had.",
      unit: "requests/s", observedName: "measured", points: points, unpredicted: unpredicted)
  }
}
