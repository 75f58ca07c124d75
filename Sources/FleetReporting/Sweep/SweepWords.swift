import FleetServing

extension SweepAxis {
  /// A short name with the unit, for the head of a column: `mi300x reserved $/device-h`, `classes rate req/s`.
  var label: String { [name, shortUnit].filter { !$0.isEmpty }.joined(separator: " ") }

  /// What is varied, without the unit: the ids that the path picks and its last key.
  var name: String {
    var words: [String] = []
    var key = ""
    for part in path.split(whereSeparator: { $0 == "." || $0 == "[" }) {
      if part == "*]" {
        words.append(key)
      } else if part.hasSuffix("]") {
        words.append(String(part.dropLast()))
      } else if part != "limit" || key.isEmpty {
        key = String(part)
      }
    }
    if !path.hasSuffix("]") { words.append(SweepAxis.spoken(key)) }
    return words.joined(separator: " ")
  }

  /// A key without the unit at its end: `reserved` for `reserved_usd_per_device_hour`, `TTFT` for `ttft_ms`.
  private static func spoken(_ key: String) -> String {
    let latencies = ["ttft_ms": "TTFT", "tpot_ms": "TPOT", "e2e_ms": "end to end"]
    if let latency = latencies[key] { return latency }
    let units = ["_usd_per_device_hour", "_usd_per_hour", "_per_s", "_ms", "_devices", "_watts", "_tokens"]
    let unit = units.first { key.hasSuffix($0) && key.count > $0.count } ?? ""
    return key.dropLast(unit.count).split(separator: "_").joined(separator: " ")
  }

  /// `$/device-h` for USD per device-hour.
  private var shortUnit: String {
    if isFactor { return "factor" }
    switch unit {
    case "requests/s": return "req/s"
    case "USD per device-hour": return "$/device-h"
    case "USD/h": return "$/h"
    default: return unit
    }
  }

  /// One of its values without the unit, as it stands under `label`.
  func cellText(_ value: SweepValue) -> String {
    guard let number = value.number else { return value.spelling == "null" ? "unset" : value.spelling }
    return (value.isFactor ? "×" : "") + SweepAxis.digits(number)
  }

  /// One of its values with the unit: `$1.80 per device-hour`, `12 req/s`, `×0.5`, `node`.
  func text(_ value: SweepValue) -> String {
    guard let number = value.number, !value.isFactor else { return cellText(value) }
    let digits = SweepAxis.digits(number)
    switch unit {
    case "": return digits
    case "requests/s": return digits + Quantity.space + "req/s"
    case "USD per device-hour": return SweepAxis.usd(number) + " per device-hour"
    case "USD/h": return SweepAxis.usd(number) + "/h"
    default: return digits + Quantity.space + unit
    }
  }

  /// All digits that a person wrote, with separators: `0.125`, `12,000`.
  static func digits(_ number: Double) -> String { Quantity.significant(number, digits: significantDigits(number)) }

  /// With cents, or with all digits where there are more.
  private static func usd(_ number: Double) -> String {
    let cents = (number * 100).rounded() / 100
    return cents == number ? Quantity.usd(number) : (number < 0 ? "−$" : "$") + digits(abs(number))
  }

  /// Digits without which `number` would read as another; at most 12.
  private static func significantDigits(_ number: Double) -> Int {
    let text = abs(number).description.prefix { $0 != "e" }
    let digits = text.filter(\.isNumber).drop { $0 == "0" }
    return min(12, max(1, digits.count))
  }
}

extension Set<PoolUse> {
  /// `prefill on h100; decode on h100 and mi300x`.
  var words: String {
    Phase.allCases.compactMap { phase in
      let pools = filter { $0.phase == phase }.map(\.poolID).sorted()
      return pools.isEmpty ? nil : "\(phase.rawValue) on \(Answer.list(pools))"
    }.joined(separator: "; ")
  }
}

/// A change of the kind of plan between two neighbouring values of a sweep along one axis.
struct SweepFlip: Hashable {
  /// Positions of the values.
  var from: Int
  var to: Int
  var leaves: Set<PoolUse>
  var enters: Set<PoolUse>
  /// One sentence.
  var text: String

  /// The changes along the axis of a sweep that has one; points without an answer are passed over.
  static func all(in result: SweepResult) -> [SweepFlip] {
    guard result.axes.count == 1, let axis = result.axes.first else { return [] }
    let answered = result.points.indices.filter { result.points[$0].status.isAnswer }
    return zip(answered, answered.dropFirst()).compactMap { from, to in
      SweepFlip(axis, from, result.points[from], to, result.points[to])
    }
  }

  private init?(_ axis: SweepAxis, _ from: Int, _ before: SweepPoint, _ to: Int, _ after: SweepPoint) {
    if before.hasPlan == after.hasPlan, before.kind == after.kind { return nil }
    self.from = from
    self.to = to
    leaves = before.kind.subtracting(after.kind)
    enters = after.kind.subtracting(before.kind)
    let place = "Between \(axis.text(axis.values[from])) and \(axis.text(axis.values[to])),"
    if !after.hasPlan {
      text = "\(place) the problem becomes infeasible."
    } else if !before.hasPlan {
      text = "\(place) the problem becomes feasible: \(after.kind.words)."
    } else {
      let parts = SweepFlip.moves(leaves, "leaves") + SweepFlip.moves(enters, "enters")
      text = "\(place) \(Answer.list(parts))."
    }
  }

  /// `mi300x leaves prefill and decode`, by pool.
  private static func moves(_ uses: Set<PoolUse>, _ verb: String) -> [String] {
    let byPool = Dictionary(grouping: uses, by: \.poolID)
    return byPool.keys.sorted().map { pool in
      let phases = (byPool[pool] ?? []).map(\.phase).sorted().map {
        $0 == .aggregated ? "aggregated serving" : $0.rawValue
      }
      return "\(pool) \(verb) \(Answer.list(phases))"
    }
  }
}
