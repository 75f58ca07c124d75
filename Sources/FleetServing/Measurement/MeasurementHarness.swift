/// How and when a benchmark measured, as far as its report or table says: an empty column is unknown, and nothing is
/// guessed in its place.
///
/// These are properties of the client and of how the server was started, not of the model on its devices; a
/// measurement explains its times only together with them.
public struct MeasurementHarness: Sendable, Hashable {
  /// Prefix caching of the server during the measurement.
  public enum PrefixCache: Sendable, Hashable {
    case off
    /// On, and what it hit is not known; random prompts hit nothing.
    case on
    /// On, with this share of the prompt tokens found in it, from 0 to 1.
    case hits(Double)
  }

  /// Date of the measurement in months since the beginning of 2024-01: 2025-03 is 14, and days count as parts of their
  /// month.
  public var monthsSince2024: Double?
  /// Version of the serving backend, as spelled.
  public var backendVersion: String?
  /// Requests of the benchmark ÷ requests in the system.
  public var waves: Double?
  /// Decode steps of each streamed chunk: tokens are seen only every so many steps.
  public var streamInterval: Double?
  /// Decode steps between two looks of the scheduler for new requests.
  public var receiveInterval: Double?
  /// Token budget of a step: most prompt and decode tokens that the engine puts into one [tokens].
  public var chunkTokens: Double?
  public var prefixCache: PrefixCache?

  public init(
    monthsSince2024: Double? = nil, backendVersion: String? = nil, waves: Double? = nil, streamInterval: Double? = nil,
    receiveInterval: Double? = nil, chunkTokens: Double? = nil, prefixCache: PrefixCache? = nil
  ) {
    self.monthsSince2024 = monthsSince2024
    self.backendVersion = backendVersion
    self.waves = waves
    self.streamInterval = streamInterval
    self.receiveInterval = receiveInterval
    self.chunkTokens = chunkTokens
    self.prefixCache = prefixCache
  }

  /// Months since the beginning of 2024-01 of a date `yyyy-mm` or `yyyy-mm-dd`; `nil` when it is no date of 2000 to
  /// 2099. A month without a day is its beginning.
  public static func monthsSince2024(_ date: String) -> Double? {
    let parts = date.split(separator: "-", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts[0].utf8.count == 4, parts.dropFirst().allSatisfy({ $0.utf8.count == 2 }),
      parts.allSatisfy({ $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } })
    else { return nil }
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count, (2000...2099).contains(numbers[0]), (1...12).contains(numbers[1]) else {
      return nil
    }
    let months = Double((numbers[0] - 2024) * 12 + numbers[1] - 1)
    guard numbers.count == 3 else { return months }
    let days = days(inMonth: numbers[1], year: numbers[0])
    guard (1...days).contains(numbers[2]) else { return nil }
    return months + Double(numbers[2] - 1) / Double(days)
  }

  /// From 2000 to 2099 every fourth year is a leap year.
  private static func days(inMonth month: Int, year: Int) -> Int {
    if month == 2 { return year % 4 == 0 ? 29 : 28 }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }
}

extension MeasurementHarness.PrefixCache {
  /// `0` or `off`, `1` or `on`, or a share of hits between them.
  init?(spelling: String) {
    switch spelling.lowercased() {
    case "off": self = .off
    case "on": self = .on
    case let text:
      switch plainNumber(text) {
      case 0: self = .off
      case 1: self = .on
      case let share? where share > 0 && share < 1: self = .hits(share)
      default: return nil
      }
    }
  }
}
