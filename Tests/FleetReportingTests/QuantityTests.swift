import Testing

@testable import FleetReporting

@Suite struct QuantityTests {
  private func plain(_ text: String) -> String { String(text.map { $0 == "\u{A0}" ? " " : $0 }) }

  @Test(arguments: [
    (0.00004, "0.04 ms"), (0.0042, "4.2 ms"), (0.0382, "38.2 ms"), (0.09996, "100 ms"), (0.3124, "312 ms"),
    (0.9996, "1.00 s"), (1.2351, "1.24 s"), (12.34, "12.3 s"), (123.4, "123 s"), (0, "0 ms"), (-0.0011, "−1.1 ms"),
  ])
  func times(seconds: Double, text: String) { #expect(plain(Quantity.time(seconds)) == text) }

  @Test(arguments: [
    (38.4, "$38.40"), (12_345.6, "$12,346"), (9_999.99, "$9,999.99"), (0.4444, "$0.44"), (0.00421, "$0.00421"),
    (0, "$0.00"), (-1.98, "−$1.98"), (1_234_567, "$1,234,567"),
  ])
  func money(value: Double, text: String) { #expect(Quantity.usd(value) == text) }

  @Test(arguments: [
    (0.31, "31 %"), (0.012, "1.2 %"), (0.0003, "0.03 %"), (0, "0 %"), (1.5, "150 %"), (-0.045, "−4.5 %"),
    (0.0996, "10 %"),
  ])
  func percents(fraction: Double, text: String) { #expect(plain(Quantity.percent(fraction)) == text) }

  @Test(arguments: [
    (24, "24"), (0.35, "0.35"), (0.001234, "0.00123"), (21.34, "21.3"), (123.4, "123"), (1234.4, "1,234"),
    (1_000_000, "1,000,000"), (0, "0"), (9.999, "10"),
  ])
  func rates(value: Double, text: String) { #expect(Quantity.rate(value) == text) }

  @Test(arguments: [(700, "700 W"), (7950, "7.95 kW"), (1_234_000, "1.23 MW")])
  func powers(watts: Double, text: String) { #expect(plain(Quantity.watts(watts)) == text) }

  @Test func percentilesAndRanges() {
    #expect(Quantity.percentile(0.95) == "95" && Quantity.percentile(0.999) == "99.9")
    #expect(
      Quantity.byPeriod([3, 3]) == "3" && Quantity.byPeriod([2, 5, 4]) == "2/5/4" && Quantity.byPeriod([]) == "0")
    #expect(
      plain(Quantity.count(1, "device")) == "1 device" && plain(Quantity.count(2000, "device")) == "2,000 devices")
  }

  /// Numbers that no plan should have still give text.
  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e308, -1e308, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
  func extremes(value: Double) {
    for text in [
      Quantity.time(value), Quantity.usd(value), Quantity.percent(value), Quantity.rate(value), Quantity.watts(value),
      Quantity.significant(value), Quantity.signedPercent(value),
    ] {
      #expect(!text.isEmpty)
    }
  }
}
