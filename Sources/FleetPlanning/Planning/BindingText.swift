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
      let pool = problem.pools.firstIndex { $0.id == index[0] } ?? 0
      let limit = program.data.stockLimit(pool: pool) ?? 0
      let place = limit == problem.pools[pool].stockDevices ? "in stock" : "on offer"
      return "all \(limit) devices of \(index[0]) \(place) are used\(when)"
    case "device_limit":
      let limit = problem.policy.deviceLimit(row: name)
      return "the limit of \(limit?.text ?? "devices") is reached\(when)"
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

extension Policy {
  /// The limit on devices that a row `device_limit[1,day]` states.
  func deviceLimit(row name: String) -> DeviceLimit? {
    guard let number = Int(BindingText.index(name)[0]), deviceLimits.indices.contains(number - 1) else { return nil }
    return deviceLimits[number - 1]
  }
}

extension DeviceLimit {
  /// `64 devices over h100 and h200`.
  var text: String { "\(maximumDevices) devices over \(names)" }

  /// `h100, h200 and l40s`.
  var names: String {
    poolIDs.count < 2
      ? poolIDs.joined() : poolIDs.dropLast().joined(separator: ", ") + " and " + poolIDs[poolIDs.count - 1]
  }
}

/// Amounts in words for messages.
enum Amount {
  static func usd(_ value: Double, _ rounding: Rounding = .nearest) -> String {
    "$" + fixed(value, decimals: 2, rounding)
  }
  static func kilowatts(_ watts: Double, _ rounding: Rounding = .nearest) -> String {
    fixed(watts / 1000, decimals: 1, rounding) + " kW"
  }
  static func milliseconds(_ seconds: Double, _ rounding: Rounding = .nearest) -> String {
    let milliseconds = seconds * 1000
    return fixed(milliseconds, decimals: milliseconds < 100 ? 1 : 0, rounding) + " ms"
  }

  /// `up` for amounts that must suffice as they are read.
  enum Rounding { case nearest, up }

  /// Fixed-point text without a formatter.
  static func fixed(_ value: Double, decimals: Int, _ rounding: Rounding = .nearest) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let size = abs(value) * scale
    // Less than a millionth of the last digit is rounding of the solver.
    let scaled = rounding == .up ? (size - 1e-6).rounded(.up) : size.rounded()
    let whole = Int(scaled / scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let rest = String(Int(scaled - Double(whole) * scale))
    return "\(sign)\(whole)." + String(repeating: "0", count: max(0, decimals - rest.count)) + rest
  }
}
