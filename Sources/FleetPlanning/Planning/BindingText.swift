import FleetOptimization
import FleetServing

/// Rows of the program in the user's words.
enum BindingText {
  /// `stock` of `stock[h100,day]`.
  static func family(_ name: String) -> String {
    name.firstIndex(of: "[").map { String(name[..<$0]) } ?? name
  }

  /// `["h100", "day"]` of `stock[h100,day]`; never empty.
  static func index(_ name: String) -> [String] {
    guard let open = name.firstIndex(of: "["), name.hasSuffix("]") else { return [""] }
    return name[name.index(after: open)...].dropLast().split(separator: ",").map(String.init)
  }

  static func message(row name: String, program: Program) -> String {
    let problem = program.data.problem
    let index = index(name)
    let when = program.data.periodCount > 1 && index.count > 1 ? " in period \(index[index.count - 1])" : ""
    switch family(name) {
    case "stock":
      let stock = problem.pools.first { $0.id == index[0] }?.stockDevices
      return "all \(stock.map(String.init) ?? "available") devices of \(index[0]) in stock are used\(when)"
    case "budget": return "the budget of \(Amount.usd(problem.policy.budgetUSDPerHour ?? 0))/h is used up"
    case "power": return "the power cap of \(Amount.kilowatts(problem.policy.powerCapWatts ?? 0)) is reached\(when)"
    case "spot": return "the largest share of spot devices is reached\(when)"
    case "share_spend": return "the limit on \(index[0])'s share of spending is reached"
    case "share_devices": return "the limit on \(index[0])'s share of devices is reached\(when)"
    case "share_capacity": return "the limit on \(index[0])'s share of traffic is reached\(when)"
    case "vendors": return "the least number of vendors is just met"
    case "link":
      let to = index.count > 1 ? index[1] : ""
      return "the link from \(index[0]) to \(to) is full\(index.count > 2 ? " in period \(index[2])" : "")"
    default: return name
    }
  }
}

/// Amounts in words for messages.
enum Amount {
  static func usd(_ value: Double) -> String { "$" + fixed(value, decimals: 2) }
  static func kilowatts(_ watts: Double) -> String { fixed(watts / 1000, decimals: 1) + " kW" }
  static func milliseconds(_ seconds: Double) -> String {
    let milliseconds = seconds * 1000
    return fixed(milliseconds, decimals: milliseconds < 100 ? 1 : 0) + " ms"
  }

  /// Fixed-point text without a formatter.
  static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    let whole = Int(scaled / scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let rest = String(Int(scaled - Double(whole) * scale))
    return "\(sign)\(whole)." + String(repeating: "0", count: max(0, decimals - rest.count)) + rest
  }
}
