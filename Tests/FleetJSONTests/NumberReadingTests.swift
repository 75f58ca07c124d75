import FleetJSON
import Testing

@Suite struct NumberReadingTests {
  /// Every spelling is rounded to the nearest `Double`, as the standard library does, on the fast path and off it.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func roundingIsCorrect(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let text = spelling(using: &generator)
      let expected = try #require(Double(text))
      let node = try JSONParser.parse(text: text, source: "seed \(seed)")
      guard case .number(let number, let literal) = node.value else {
        Issue.record("seed \(seed): \(text) is no number")
        continue
      }
      #expect(number.bitPattern == expected.bitPattern, "seed \(seed): \(text)")
      #expect(literal == text)
    }
  }

  private func spelling(using generator: inout SeededGenerator) -> String {
    var text = Bool.random(using: &generator) ? "-" : ""
    text += String(Int.random(in: 0...9, using: &generator))
    if !text.hasSuffix("0") { text += digits(0...20, using: &generator) }
    if Bool.random(using: &generator) { text += "." + digits(1...20, using: &generator) }
    if Bool.random(using: &generator) {
      text += ["e", "E", "e+", "e-", "E-"].randomElement(using: &generator) ?? "e"
      text += String(Int.random(in: 0...280, using: &generator))
    }
    return text
  }

  private func digits(_ count: ClosedRange<Int>, using generator: inout SeededGenerator) -> String {
    (0..<Int.random(in: count, using: &generator)).map { _ in
      String(Int.random(in: 0...9, using: &generator))
    }.joined()
  }

  @Test func rangesSayWhatTheyAccept() {
    let cases: [(NumberRange, String, [Double], [Double])] = [
      (.any, "", [-1e308, 0], [.nan, .infinity, -.infinity]),
      (.atLeast(0), "≥ 0", [0, .leastNonzeroMagnitude], [-.leastNonzeroMagnitude, .infinity]),
      (.positive, "> 0", [.leastNonzeroMagnitude], [0, -1]),
      (.atMost(2.5), "≤ 2.5", [2.5, -9], [2.6]),
      (.below(1), "< 1", [0.999], [1]),
      (.closed(1, 8), "from 1 to 8", [1, 8], [0.9, 8.1]),
      (.above(0, upTo: 1), "> 0 and ≤ 1", [1], [0]),
      (.from(0, below: 1), "≥ 0 and < 1", [0], [1]),
      (.open(0, 1), "> 0 and < 1", [0.5], [0, 1]),
    ]
    for (range, text, inside, outside) in cases {
      #expect(range.description == text)
      for number in inside { #expect(range.contains(number), "\(number) in \(text)") }
      for number in outside { #expect(!range.contains(number), "\(number) in \(text)") }
    }
  }
}
