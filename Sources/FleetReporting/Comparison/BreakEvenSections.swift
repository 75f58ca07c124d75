import FleetServing

/// Prices at which pools enter or leave.
struct BreakEvenPriceSection {
  let prices: [BreakEvenPrice]
  let prefix: String

  var remarks: [Report.Remark] { prices.map { .init(sentence($0)) } }

  func sentence(_ price: BreakEvenPrice) -> String {
    let now = amount(price.currentUSDPerDeviceHour)
    let proof = price.isProven ? "" : " (not proven: a program ended without a proof)"
    let pools = price.phases.map(\.rawValue)
    let place = pools.isEmpty ? "the fleet" : "the \(Answer.list(pools)) pool" + (pools.count > 1 ? "s" : "")
    let devices = price.devices > 0 ? " with \(Quantity.count(price.devices, "device"))" : ""
    switch price.verdict {
    case .entersBelow:
      guard let level = price.breakEvenUSDPerDeviceHour else { break }
      return "\(price.poolID) enters \(place)\(devices) below \(amount(level)); it costs \(now)\(proof)."
    case .leavesAbove:
      guard let level = price.breakEvenUSDPerDeviceHour else { break }
      return "\(price.poolID) stays in \(place) up to \(amount(level)) and leaves above; it costs \(now)\(proof)."
    case .never: return "\(price.poolID) would not be used even for nothing\(proof)."
    case .indispensable: return "Nothing works without \(price.poolID), whatever it costs\(proof)."
    case .unknown: break
    }
    return
      "At what price \(price.poolID) enters or leaves is not known: a program ended without a proof; it costs \(now)."
  }

  private func amount(_ price: Double) -> String { "\(Quantity.usd(price))/h per device" }

  var table: ReportTable {
    var table = ReportTable(
      "Break-even prices", id: "\(prefix)break_even_prices",
      columns: [
        .init("Pool", id: "pool"), .init("Vendor", id: "vendor", rank: 2),
        .init("Now $/device/h", .right, id: "current_usd_per_device_hour"),
        .init("Break-even", .right, id: "break_even_usd_per_device_hour"), .init("±", .right, id: "change_fraction"),
        .init("Verdict", id: "verdict"), .init("Phases", id: "phases", rank: 1),
        .init("Devices", .right, id: "devices", rank: 1),
        .init("$/h without it", .right, id: "cost_without_usd_per_hour"), .init("Proven", id: "proven"),
      ])
    for price in prices {
      let change = price.breakEvenUSDPerDeviceHour.flatMap { level in
        price.currentUSDPerDeviceHour > 0 ? level / price.currentUSDPerDeviceHour - 1 : nil
      }
      table.add([
        .init(price.poolID, .strong), .init(vendorName(price.vendor)),
        .number(price.currentUSDPerDeviceHour, .usdPerDeviceHour),
        .number(price.breakEvenUSDPerDeviceHour, .usdPerDeviceHour, .strong),
        .number(change, ReportUnit.fraction.difference), .init(words(price.verdict)),
        .init(price.phases.map(\.rawValue).joined(separator: ", ")),
        .count(price.devices, .devices), .number(price.costWithoutUSDPerHour, .usdPerHour),
        .init(price.isProven ? "yes" : "no", price.isProven ? .plain : .bad),
      ])
    }
    table.note =
      "At the break-even price the best plan with the pool and the best plan without it cost the same: both were solved "
      + "there. All price tiers of a pool keep their proportions; phases and devices are those of the plan just below."
    return table
  }

  private func words(_ verdict: BreakEvenPrice.Verdict) -> String {
    switch verdict {
    case .entersBelow: "enters below"
    case .leavesAbove: "leaves above"
    case .never: "not even for nothing"
    case .indispensable: "indispensable"
    case .unknown: "not known"
    }
  }
}

/// Request rates at which disaggregation or a second vendor pays.
struct BreakEvenRateSection {
  let rates: [BreakEvenRate]
  let prefix: String

  static func name(_ subject: BreakEvenRate.Subject) -> String {
    subject == .disaggregation ? "Disaggregation" : "A second vendor"
  }

  var remarks: [Report.Remark] { rates.map { .init(sentence($0)) } }

  func sentence(_ rate: BreakEvenRate) -> String {
    let name = BreakEvenRateSection.name(rate.subject)
    let served = rate.points.filter { $0.costUSDPerHour != nil }
    guard let low = served.first?.ratePerSecond, let high = served.last?.ratePerSecond else {
      return "At which rates \(name.prefix(1).lowercased() + name.dropFirst()) pays was not tried."
    }
    let span = "\(amount(low)) to \(amount(high))"
    let ranges = rate.ranges.map { range in
      switch (range.fromPerSecond, range.toPerSecond) {
      case (nil, nil): "at all rates tried"
      case (let from?, nil): "above \(amount(from))"
      case (nil, let to?): "up to \(amount(to))"
      case (let from?, let to?): "from \(amount(from)) to \(amount(to))"
      }
    }
    let open = rate.points.filter { !$0.isProven }.count
    let points = Quantity.count(rate.points.count, "point")
    var rest = open == 0 ? "" : "; \(Quantity.count(open)) of \(points) \(open == 1 ? "is" : "are") not proven"
    if let beyond = rate.points.last, beyond.costUSDPerHour == nil {
      rest += "; no plan was found for \(amount(beyond.ratePerSecond))"
    }
    let tried = "tried from \(span), now \(amount(rate.currentPerSecond))"
    if ranges.isEmpty { return "\(name) pays at no rate (\(tried))\(rest)." }
    return "\(name) pays \(Answer.list(ranges)) (\(tried))\(rest)."
  }

  private func pays(_ point: BreakEvenRate.Point) -> ReportTable.Cell {
    if point.costUSDPerHour == nil { return .init("no plan", .muted) }
    if point.costWithoutUSDPerHour == nil {
      return point.isProven ? .init("needed", .good) : .init("not settled", .muted)
    }
    return point.pays ? .init("yes", .good) : .init("no")
  }

  private func amount(_ rate: Double) -> String { "\(Quantity.rate(rate))\(Quantity.space)req/s" }

  var chart: LineChart {
    LineChart(
      "What it saves at other request rates", id: "\(prefix)chart_rates",
      xAxis: .init("Requests, all classes", unit: "req/s", scale: .log),
      yAxis: .init("Saved against the best plan without it", unit: "%", includesZero: true),
      series: rates.map { rate in
        LineChart.Series(
          BreakEvenRateSection.name(rate.subject),
          points: rate.points.compactMap { point in
            guard let cost = point.costUSDPerHour, let without = point.costWithoutUSDPerHour, without > 0 else {
              return nil
            }
            return LineChart.Point(x: point.ratePerSecond, y: max(0, 1 - cost / without) * 100)
          })
      }, marks: rates.first.map { [.init(x: $0.currentPerSecond, label: "now")] } ?? [])
  }

  var table: ReportTable {
    var table = ReportTable(
      "Both optima at other request rates", id: "\(prefix)break_even_rates",
      columns: [
        .init("Subject", id: "subject"), .init("req/s", .right, id: "rate_per_s"),
        .init("$/h with it", .right, id: "cost_usd_per_hour"),
        .init("$/h without it", .right, id: "cost_without_usd_per_hour"),
        .init("Saves $/h", .right, id: "saving_usd_per_hour"), .init("Saves", .right, id: "saving_fraction"),
        .init("Pays", id: "pays"), .init("Proven", id: "proven"),
      ])
    for rate in rates {
      for point in rate.points {
        var saving: Double?
        if let cost = point.costUSDPerHour, let without = point.costWithoutUSDPerHour { saving = without - cost }
        let fraction = saving.flatMap { saving in
          point.costWithoutUSDPerHour.flatMap { $0 > 0 ? saving / $0 : nil }
        }
        table.add([
          .init(BreakEvenRateSection.name(rate.subject)), .number(point.ratePerSecond, .requestsPerSecond),
          .number(point.costUSDPerHour, .usdPerHour), .number(point.costWithoutUSDPerHour, .usdPerHour),
          .number(saving, .usdPerHour), .number(fraction, .fraction),
          pays(point),
          .init(point.isProven ? "yes" : "no", point.isProven ? .plain : .bad),
        ])
      }
    }
    let resolution = rates.map(\.resolution).max() ?? 0
    table.note =
      "All classes keep their proportions. Each line is two programs that were solved; where the answer changes between two "
      + "rates, the place was narrowed down to \(Quantity.percent(resolution)). Between neighbours that agree nothing was tried."
    return table
  }
}
