/// What a cell or a figure says, as a value: its text for people and its full-precision value for programs come from here.
public enum ReportValue: Sendable, Hashable {
  case number(Double, ReportUnit)
  case count(Int, ReportUnit)
  case text(String)

  /// Unit of a number; `nil` for text.
  public var unit: ReportUnit? {
    switch self {
    case .number(_, let unit), .count(_, let unit): unit
    case .text: nil
    }
  }

  /// As people read it.
  /// - Parameter showsUnit: Whether the unit stands beside the number; not needed under a title that says it. Percent
  ///   signs, times and watts always carry theirs, since their size decides which one is used.
  public func spelled(showsUnit: Bool = false) -> String {
    switch self {
    case .text(let text): text
    case .count(let count, let unit):
      unit.signed(
        Quantity.count(count) + (showsUnit && !unit.symbol.isEmpty ? Quantity.space + unit.symbol : ""),
        of: Double(count)
      )
    case .number(let number, let unit): unit.signed(unit.spelled(number, showsUnit: showsUnit), of: number)
    }
  }
}

/// The unit of a value, and how numbers of this unit are written.
public struct ReportUnit: Sendable, Hashable {
  /// How a number is shortened for people.
  public enum Style: Sendable, Hashable {
    /// Two decimals, more for small and none for large amounts.
    case money
    /// As money, with three significant digits below one dollar: for prices that are compared.
    case unitPrice
    /// Always two decimals.
    case cents
    /// No decimals from 100 on.
    case roundMoney
    /// A fraction of one, shown as percent.
    case percent
    /// A number of milliseconds, shown as ms or s.
    case milliseconds
    /// A number of watts, shown as W, kW or MW.
    case watts
    /// Three significant digits or so.
    case significant
  }

  /// For example `USD/h`; written beside the value in CSV and JSON. Empty for a bare number.
  public var symbol: String
  public var style: Style
  /// Whether positive numbers carry a plus sign.
  public var isDifference: Bool

  public init(_ symbol: String, style: Style = .significant, isDifference: Bool = false) {
    self.symbol = symbol
    self.style = style
    self.isDifference = isDifference
  }

  /// The same unit for a difference: positive numbers carry a plus sign.
  public var difference: ReportUnit { ReportUnit(symbol, style: style, isDifference: true) }

  func signed(_ text: String, of number: Double) -> String {
    isDifference && number > 0 && text.contains { $0.isNumber && $0 != "0" } ? "+" + text : text
  }

  func spelled(_ number: Double, showsUnit: Bool) -> String {
    guard number.isFinite else { return Quantity.unknown }
    switch style {
    case .money, .unitPrice, .cents, .roundMoney:
      let text = amount(number)
      let shown = number < 0 && !text.contains(where: { $0.isNumber && $0 != "0" }) ? String(text.dropFirst()) : text
      return showsUnit ? shown : shown.filter { $0 != "$" }
    case .percent: return Quantity.percent(number)
    case .milliseconds: return Quantity.time(number / 1000)
    case .watts: return Quantity.watts(number)
    case .significant:
      return Quantity.significant(number) + (showsUnit && !symbol.isEmpty ? Quantity.space + symbol : "")
    }
  }
}

extension ReportUnit {
  /// With the dollar sign.
  private func amount(_ number: Double) -> String {
    let sign = number < 0 ? "−$" : "$"
    switch style {
    case .roundMoney: return Quantity.roundUSD(number)
    case .cents: return sign + Quantity.fixed(abs(number), decimals: 2)
    case .unitPrice where abs(number) < 1:
      let digits = Quantity.significant(abs(number))
      return sign + (digits.count < 4 ? Quantity.fixed(abs(number), decimals: 2) : digits)
    default: return Quantity.usd(number)
    }
  }
}

extension ReportUnit: ExpressibleByStringLiteral {
  public init(stringLiteral symbol: String) { self.init(symbol) }
}

extension ReportUnit {
  public static let usdPerHour = ReportUnit("USD/h", style: .cents)
  public static let usdPerMonth = ReportUnit("USD/month", style: .roundMoney)
  public static let usdPerDeviceHour = ReportUnit("USD/device/h", style: .money)
  public static let usdPerMillionTokens = ReportUnit("USD/Mtok", style: .unitPrice)
  public static let usdPerThousandRequests = ReportUnit("USD/1000 requests", style: .unitPrice)
  public static let usdPerRequest = ReportUnit("USD/request", style: .unitPrice)
  public static let fraction = ReportUnit("fraction", style: .percent)
  public static let milliseconds = ReportUnit("ms", style: .milliseconds)
  public static let watts = ReportUnit("W", style: .watts)
  public static let kilowattHoursPerMonth = ReportUnit("kWh/month")
  public static let wattHoursPerRequest = ReportUnit("Wh/request")
  public static let joulesPerToken = ReportUnit("J/token")
  public static let requestsPerSecond = ReportUnit("req/s")
  public static let tokensPerSecond = ReportUnit("tok/s")
  public static let tokens = ReportUnit("tokens")
  public static let devices = ReportUnit("devices")
  public static let instances = ReportUnit("instances")
  /// A bare number.
  public static let none = ReportUnit("")
}
