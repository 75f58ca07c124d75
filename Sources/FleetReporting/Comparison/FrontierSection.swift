import FleetServing

/// What latency costs: frontiers as charts, sentences and tables.
struct FrontierSection {
  let frontiers: [CostFrontier]
  /// Prefix of ids, unique for the study.
  let prefix: String

  var charts: [LineChart] {
    frontiers.map { frontier in
      let marks: [LineChart.Mark] = stated(frontier).map { [.init(x: x(frontier, $0), label: "as stated")] } ?? []
      switch frontier.axis {
      case .tpot:
        return LineChart(
          "Throughput of a device against speed for a user", id: "\(prefix)chart_tpot",
          xAxis: .init("Speed for a user, 1 ÷ TPOT objective", unit: "tok/s"),
          yAxis: .init("Output per device", unit: "tok/s", includesZero: true),
          series: series(frontier) { $0.outputTokensPerSecondPerDevice }, marks: marks)
      case .ttft:
        return LineChart(
          "Cost of a token against time to first token", id: "\(prefix)chart_ttft",
          xAxis: .init("TTFT objective", unit: "ms", scale: .log),
          yAxis: .init("Cost", unit: "USD per million tokens"),
          series: series(frontier) { $0.usdPerMillionTokens }, marks: marks)
      }
    }
  }

  private func series(
    _ frontier: CostFrontier, _ value: (CostFrontier.Point) -> Double?
  ) -> [LineChart.Series] {
    frontier.series.map { series in
      let points: [LineChart.Point] = series.points.compactMap { point in
        guard let y = value(point) else { return nil }
        let cost = point.costUSDPerHour.map { ", " + Quantity.usdPerHour($0) } ?? ""
        return LineChart.Point(
          x: x(frontier, point), y: y,
          label:
            "\(name(frontier.axis)) ≤\(Quantity.space)\(Quantity.time(point.objectiveSeconds)): \(Quantity.significant(y))\(cost)"
        )
      }
      return LineChart.Series(series.name, points: points.sorted { $0.x < $1.x })
    }
  }

  private func x(_ frontier: CostFrontier, _ point: CostFrontier.Point) -> Double {
    frontier.axis == .tpot ? 1 / point.objectiveSeconds : point.objectiveSeconds * 1000
  }

  private func stated(_ frontier: CostFrontier) -> CostFrontier.Point? {
    frontier.series.flatMap(\.points).first { abs($0.factor - 1) < 1e-9 }
  }

  private func name(_ axis: CostFrontier.Axis) -> String { axis == .tpot ? "TPOT" : "TTFT" }

  /// What the joint optimum costs at the strictest objective that can be met, and at the loosest that was tried.
  var sentences: [String] {
    frontiers.compactMap { frontier in
      guard let joint = frontier.series.first(where: { $0.kind == "joint" }) ?? frontier.series.first,
        let stated = joint.points.first(where: { abs($0.factor - 1) < 1e-9 }), let cost = stated.costUSDPerHour,
        cost > 0
      else { return nil }
      let solved = joint.points.filter { $0.costUSDPerHour != nil }
      var parts: [String] = []
      func change(_ point: CostFrontier.Point) -> String {
        let share = ((point.costUSDPerHour ?? cost) - cost) / cost
        let amount = Quantity.usdPerHour(point.costUSDPerHour ?? cost)
        return abs(share) < 0.0005 ? "costs the same" : "costs \(amount) (\(Quantity.signedPercent(share)))"
      }
      if let strict = solved.first, strict.factor < 1 {
        parts.append(
          "\(name(frontier.axis)) ≤\(Quantity.space)\(Quantity.time(strict.objectiveSeconds)) \(change(strict))")
      }
      if let loose = solved.last, loose.factor > 1 {
        parts.append("≤\(Quantity.space)\(Quantity.time(loose.objectiveSeconds)) \(change(loose))")
      }
      if parts.isEmpty { return nil }
      let refused = joint.points.filter { $0.status == .infeasible && $0.factor < 1 }.last
      let limit = refused.map { "; \(Quantity.time($0.objectiveSeconds)) cannot be met" } ?? ""
      return
        "Class \(frontier.classID) is stated at \(name(frontier.axis)) ≤\(Quantity.space)\(Quantity.time(stated.objectiveSeconds)), "
        + "\(Quantity.usdPerHour(cost)): " + parts.joined(separator: ", ") + limit + "."
    }
  }

  var tables: [ReportTable] {
    frontiers.map { frontier in
      var table = ReportTable(
        "\(name(frontier.axis)) objectives × a factor", id: "\(prefix)frontier_\(frontier.axis.rawValue)",
        columns: [
          .init("Planned", id: "series"), .init("Factor", .right, id: "factor"),
          .init("Objective", .right, id: "objective_ms"), .init("tok/s per user", .right, id: "tokens_per_s_per_user"),
          .init("$/h", .right, id: "cost_usd_per_hour"), .init("$/Mtok", .right, id: "usd_per_million_tokens"),
          .init("Devices", .right, id: "devices"),
          .init("tok/s per device", .right, id: "output_tokens_per_s_per_device"), .init("Status", id: "status"),
          .init("Gap", .right, id: "gap", rank: 1),
        ])
      for series in frontier.series {
        for point in series.points {
          table.add([
            .init(series.name), .number(point.factor, .none),
            .number(point.objectiveSeconds * 1000, .milliseconds),
            .number(frontier.axis == .tpot ? 1 / point.objectiveSeconds : nil, .tokensPerSecond),
            .number(point.costUSDPerHour, .usdPerHour), .number(point.usdPerMillionTokens, .usdPerMillionTokens),
            .number(point.devices, .devices),
            .number(point.outputTokensPerSecondPerDevice, .tokensPerSecond),
            .init(point.status.rawValue, point.status == .infeasible ? .bad : .plain), .number(point.gap, .fraction),
          ])
        }
      }
      table.note =
        "All \(name(frontier.axis)) objectives are multiplied by the factor; the one shown is the strictest, that of class "
        + "\(frontier.classID). Each line is a program that was solved."
      return frontier.axis == .tpot
        ? table : table.droppingColumns { column, _ in column.id == "tokens_per_s_per_user" }
    }
  }
}
