import FleetServing

/// Tables of what runs, and of what it promises.
extension Report {
  static func groupTable(of plan: Plan) -> ReportTable? {
    let groups = plan.runningGroups
    if groups.isEmpty { return nil }
    var table = ReportTable(
      "Groups",
      columns: [
        .init("Phase"), .init("Model"), .init("Pool"), .init("Vendor", rank: 6), .init("Strategy"),
        .init("Precision", rank: 4), .init("Batch", .right, rank: 3), .init("Instances", .right),
        .init("Devices", .right), .init("Nodes", .right, rank: 5), .init("$/h", .right),
        .init("Load", .right, rank: 1), .init("For classes", wraps: true, rank: 2),
        .init("Region", rank: 7),
        .init("Capacity from", rank: 7),
      ])
    for group in groups {
      table.add([
        .init(group.phase.rawValue, .strong), .init(group.modelID), .init(group.poolID),
        .init(vendorName(group.vendor)), .init(group.strategy.description), .init(group.precisionText),
        .init(Quantity.count(group.maximumBatch)), .init(Quantity.byPeriod(group.instancesByPeriod)),
        .init(Quantity.byPeriod(group.devicesByPeriod)), .init(Quantity.significant(group.nodes)),
        .init(Quantity.fixed(group.costUSDPerHour, decimals: 2)), .init(Quantity.percent(group.utilization)),
        .init(group.admittedClassIDs.joined(separator: ", ")), .init(group.region ?? ""),
        .init(group.capacitySource),
      ])
    }
    if groups.count > 1 {
      let cost = groups.reduce(0) { $0 + $1.costUSDPerHour }
      var footer = table.columns.map { _ in ReportTable.Cell("") }
      footer[0] = .init("total")
      footer[7] = .init(Quantity.count(plan.runningInstances))
      footer[8] = .init(Quantity.count(plan.runningDevices))
      footer[10] = .init(Quantity.fixed(cost, decimals: 2))
      table.addFooter(footer)
    }
    if let example = groups.first(where: { Set($0.instancesByPeriod).count > 1 }) {
      let shown =
        example.instancesByPeriod.count <= 4
        ? "Counts with / are those of the periods, in the problem's order"
        : "Ranges go from the least to the most period"
      table.note = shown + "; totals are those of the period with the most."
    }
    let kinds = Dictionary(grouping: groups) { [$0.modelID, $0.phase.rawValue, $0.poolID, $0.strategy.description] }
    let isScoped = kinds.values.contains { $0.count > 1 }
    return table.droppingColumns { column, cells in
      switch column.title {
      case "Model": Set(cells).count == 1
      case "For classes": !isScoped
      case "Region": cells.allSatisfy { $0.text.isEmpty }
      case "Capacity from": cells.allSatisfy { $0.text == "latency model" }
      default: false
      }
    }
  }

  static func routeTable(of plan: Plan) -> ReportTable? {
    let pairs = Set(plan.routes.map { [$0.fromGroupID, $0.toGroupID] })
    if pairs.count < 2 { return nil }
    let isAggregated = Set(plan.groups.filter { $0.phase == .aggregated }.map(\.id))
    let labels = plan.groupLabels
    var table = ReportTable(
      "Routes",
      columns: [
        .init("Class"), .init("Period"), .init("Prefill on"), .init("Decode on"), .init("req/s", .right),
        .init("TTFT", .right, rank: 2), .init("TPOT", .right, rank: 3), .init("KV transfer", .right, rank: 1),
      ])
    for route in plan.routes {
      let stays = isAggregated.contains(route.fromGroupID)
      table.add([
        .init(route.classID), .init(route.periodID ?? ""), .init(labels[route.fromGroupID] ?? route.fromGroupID),
        stays ? .init("same instance", .muted) : .init(labels[route.toGroupID] ?? route.toGroupID),
        .init(Quantity.rate(route.ratePerSecond)),
        time(route.ttftSeconds), time(route.tpotSeconds),
        stays ? .init("none", .muted) : time(route.kvTransferSeconds),
      ])
    }
    return table.droppingColumns { column, cells in column.title == "Period" && cells.allSatisfy { $0.text.isEmpty } }
  }

  static func classTable(of plan: Plan) -> ReportTable? {
    if plan.classes.isEmpty { return nil }
    let metrics: [(name: String, rank: Int, value: (PlanClass) -> PlanClass.Prediction)] = [
      ("TTFT", 0, { $0.ttft }), ("TPOT", 0, { $0.tpot }), ("E2E", 2, { $0.endToEnd }),
    ]
    let shown = metrics.filter { metric in
      plan.classes.contains { metric.value($0).objectiveSeconds != nil }
        || metric.name != "E2E" && plan.classes.contains { metric.value($0).predictedSeconds != nil }
    }
    func hasBand(_ value: (PlanClass) -> PlanClass.Prediction) -> Bool {
      plan.classes.contains { value($0).band != nil }
    }
    var columns: [ReportTable.Column] = [.init("Class"), .init("Model", rank: 5), .init("req/s", .right)]
    for metric in shown {
      let percentiles = Set(plan.classes.map { metric.value($0).percentile })
      let common = percentiles.count == 1 ? percentiles.first.map { " p" + Quantity.percentile($0) } ?? "" : ""
      columns.append(.init(metric.name + common, .right, rank: metric.rank))
      if hasBand(metric.value) { columns.append(.init("90 % band", .right, rank: 4)) }
      columns.append(.init("objective", .right, rank: metric.rank))
      columns.append(.init("slack", .right, rank: metric.rank + 1))
    }
    var table = ReportTable("Latency by class, predicted against objective", columns: columns)
    for planClass in plan.classes {
      let partial = Quantity.isPartial(planClass.servedRatePerSecond, of: planClass.offeredRatePerSecond)
      let rate = Quantity.rate(planClass.servedRatePerSecond)
      var row: [ReportTable.Cell] = [
        .init(planClass.id, .strong), .init(planClass.modelID),
        partial ? .init("\(rate) of \(Quantity.rate(planClass.offeredRatePerSecond))", .bad) : .init(rate),
      ]
      for metric in shown {
        let prediction = metric.value(planClass)
        let percentiles = Set(plan.classes.map { metric.value($0).percentile })
        let suffix = percentiles.count == 1 ? "" : " p" + Quantity.percentile(prediction.percentile)
        var predicted = time(prediction.predictedSeconds)
        if prediction.predictedSeconds != nil { predicted.text += suffix }
        row.append(predicted)
        if hasBand(metric.value) { row.append(band(of: prediction)) }
        row += [time(prediction.objectiveSeconds), slack(of: prediction)]
      }
      table.add(row)
    }
    if plan.robustness != nil, plan.classes.contains(where: { $0.ttft.band != nil || $0.tpot.band != nil }) {
      table.note = "Predicted with every time at the bad end of its band."
    }
    let models = Set(plan.classes.map(\.modelID)).count
    return table.droppingColumns { column, cells in column.title == "Model" && models == 1 }
  }

  static func purchaseTable(of plan: Plan) -> ReportTable? {
    let purchases = plan.purchases.filter { $0.devicesByPeriod.contains { $0 > 0 } }
    if purchases.isEmpty { return nil }
    let names = Dictionary(plan.groups.map { ($0.poolID, $0.acceleratorName) }, uniquingKeysWith: { first, _ in first })
    var table = ReportTable(
      "Devices to hold",
      columns: [
        .init("Pool"), .init("Accelerator", rank: 2), .init("Vendor", rank: 1), .init("Price tier"),
        .init("Devices", .right),
        .init("Whole nodes", .right), .init("$/device/h", .right), .init("$/h", .right),
      ])
    for purchase in purchases {
      table.add([
        .init(purchase.poolID, .strong), .init(names[purchase.poolID] ?? ""), .init(vendorName(purchase.vendor)),
        .init(tierName(purchase.tier)),
        .init(Quantity.byPeriod(purchase.devicesByPeriod)), .init(purchase.nodesByPeriod.map(Quantity.byPeriod) ?? ""),
        .init(Quantity.usd(purchase.usdPerDeviceHour).replacingDollar),
        .init(Quantity.fixed(purchase.costUSDPerHour, decimals: 2)),
      ])
    }
    if purchases.count > 1 {
      var footer = table.columns.map { _ in ReportTable.Cell("") }
      footer[0] = .init("total")
      footer[4] = .init(Quantity.count(plan.heldDevices))
      footer[7] = .init(Quantity.fixed(purchases.reduce(0) { $0 + $1.costUSDPerHour }, decimals: 2))
      table.addFooter(footer)
    }
    return table.droppingColumns { column, cells in
      ["Whole nodes", "Accelerator"].contains(column.title) && cells.allSatisfy { $0.text.isEmpty }
    }
  }

  static func tierName(_ tier: PriceTierKind) -> String {
    switch tier {
    case .onDemand: "on demand"
    case .reserved, .spot, .owned: tier.rawValue
    case .current: "already held"
    }
  }

  private static func time(_ seconds: Double?) -> ReportTable.Cell {
    seconds.map { .init(Quantity.time($0)) } ?? .init(Quantity.unknown, .muted)
  }

  private static func band(of prediction: PlanClass.Prediction) -> ReportTable.Cell {
    guard let band = prediction.band else { return .init(Quantity.unknown, .muted) }
    return .init(band.text, band.highSeconds == nil ? .bad : .plain)
  }

  private static func slack(of prediction: PlanClass.Prediction) -> ReportTable.Cell {
    guard let slack = prediction.slackSeconds else { return .init(Quantity.unknown, .muted) }
    return .init(Quantity.time(slack), slack < 0 ? .bad : .good)
  }
}

extension String {
  /// An amount for a column whose title has the currency.
  fileprivate var replacingDollar: String { filter { $0 != "$" } }
}
