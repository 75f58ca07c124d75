import FleetPlan

/// Sizes and rates of hardware and models as people read them.
enum Figures {
  /// `141 GB`, `3.1 MB`, `320 kB`: decimal units.
  static func bytes(_ bytes: Double) -> String {
    scaled(bytes, [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")])
  }

  /// `80 GiB`, `64 GB`: the unit in which the figure is short, as it is sold.
  static func memory(_ bytes: Double) -> String {
    let binary = bytes / 1_073_741_824
    return binary == binary.rounded() ? Quantity.significant(binary) + Quantity.space + "GiB" : Figures.bytes(bytes)
  }

  /// `3.35 TB/s`
  static func bandwidth(_ bytesPerSecond: Double) -> String { bytes(bytesPerSecond) + "/s" }

  /// `989 TFLOP/s`
  static func flops(_ perSecond: Double) -> String {
    scaled(perSecond, [(1e15, "PFLOP/s"), (1e12, "TFLOP/s"), (1e9, "GFLOP/s")])
  }

  /// `70.6 B`, `671 B`, `1.03 T`: numbers of parameters.
  static func count(_ number: Int) -> String {
    scaled(Double(number), [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1, "")])
  }

  /// `128 Ki`, `4,096`, `1 Mi`: lengths of contexts.
  static func tokens(_ number: Int) -> String {
    if number >= 1 << 20, number % (1 << 20) == 0 { return "\(number >> 20)\(Quantity.space)Mi" }
    if number >= 8192, number % 1024 == 0 { return "\(number >> 10)\(Quantity.space)Ki" }
    return Quantity.count(number)
  }

  /// `706,000`: whole numbers of tokens or sequences with three significant digits; `no limit` for infinity.
  static func roughCount(_ value: Double) -> String {
    guard value.isFinite, value < 9e15 else { return "no limit" }
    var unit = 1.0
    while value / unit >= 10_000 { unit *= 10 }
    return Quantity.count(Int((value / unit).rounded(.down) * unit))
  }

  private static func scaled(_ value: Double, _ units: [(size: Double, name: String)]) -> String {
    let unit = units.first { abs(value) >= $0.size * 0.9995 } ?? units[units.count - 1]
    let number = Quantity.significant(value / unit.size)
    return unit.name.isEmpty ? number : number + Quantity.space + unit.name
  }
}
