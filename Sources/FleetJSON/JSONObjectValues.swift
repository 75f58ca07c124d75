/// Values by key: required (nil and a fault when missing or wrong), optional (nil when absent; nil and a fault when wrong)
/// and with a default (the default when absent; the default and a fault when wrong).
extension JSONObject {
  // MARK: Numbers

  /// A required finite number.
  public func number(
    _ key: String, _ what: String? = nil, unit: String? = nil, in range: NumberRange = .any
  ) -> Double? {
    required(key, range.phrase(what, noun: "a number", unit: unit))?.number(what, unit: unit, in: range)
  }

  public func number(
    _ key: String, _ what: String? = nil, unit: String? = nil, in range: NumberRange = .any, default fallback: Double
  ) -> Double {
    optionalNumber(key, what, unit: unit, in: range) ?? fallback
  }

  public func optionalNumber(
    _ key: String, _ what: String? = nil, unit: String? = nil, in range: NumberRange = .any
  ) -> Double? {
    optional(key)?.number(what, unit: unit, in: range)
  }

  /// A required array of finite numbers; nil when any of them is wrong.
  public func numbers(
    _ key: String, _ what: String? = nil, unit: String? = nil, in range: NumberRange = .any,
    count: ClosedRange<Int>? = nil
  ) -> [Double]? {
    array(key, "an array of numbers", count: count)?.allOrNil { $0.number(what, unit: unit, in: range) }
  }

  // MARK: Whole numbers

  /// A required whole number.
  public func integer(
    _ key: String, _ what: String? = nil, unit: String? = nil, in range: NumberRange = .any
  ) -> Int? {
    required(key, range.phrase(what, noun: "a whole number", unit: unit))?.integer(what, unit: unit, in: range)
  }

  public func integer(
    _ key: String, _ what: String? = nil, unit: String? = nil, in range: NumberRange = .any, default fallback: Int
  ) -> Int {
    optionalInteger(key, what, unit: unit, in: range) ?? fallback
  }

  public func optionalInteger(
    _ key: String, _ what: String? = nil, unit: String? = nil, in range: NumberRange = .any
  ) -> Int? {
    optional(key)?.integer(what, unit: unit, in: range)
  }

  /// A required array of whole numbers; nil when any of them is wrong.
  public func integers(
    _ key: String, _ what: String? = nil, unit: String? = nil, in range: NumberRange = .any,
    count: ClosedRange<Int>? = nil
  ) -> [Int]? {
    array(key, "an array of whole numbers", count: count)?.allOrNil { $0.integer(what, unit: unit, in: range) }
  }

  // MARK: Strings

  /// A required string; empty only where `allowEmpty` says so.
  public func string(_ key: String, _ what: String = "a string", allowEmpty: Bool = false) -> String? {
    required(key, what)?.string(what, allowEmpty: allowEmpty)
  }

  public func string(
    _ key: String, _ what: String = "a string", allowEmpty: Bool = false, default fallback: String
  ) -> String {
    optionalString(key, what, allowEmpty: allowEmpty) ?? fallback
  }

  public func optionalString(_ key: String, _ what: String = "a string", allowEmpty: Bool = false) -> String? {
    optional(key)?.string(what, allowEmpty: allowEmpty)
  }

  /// A required array of strings; nil when any of them is wrong.
  public func strings(
    _ key: String, _ what: String = "a string", allowEmpty: Bool = false, count: ClosedRange<Int>? = nil
  ) -> [String]? {
    array(key, "an array of strings", count: count)?.allOrNil { $0.string(what, allowEmpty: allowEmpty) }
  }

  // MARK: Flags and choices

  /// A required `true` or `false`.
  public func bool(_ key: String, _ what: String? = nil) -> Bool? {
    required(key, "true or false")?.bool(what)
  }

  public func bool(_ key: String, _ what: String? = nil, default fallback: Bool) -> Bool {
    optional(key)?.bool(what) ?? fallback
  }

  /// A required word out of the raw values of `type`.
  public func choice<Choice>(_ key: String, _ what: String? = nil, of type: Choice.Type) -> Choice?
  where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
    required(key, listed(Choice.allCases.map(\.rawValue)))?.choice(what, of: type)
  }

  public func choice<Choice>(
    _ key: String, _ what: String? = nil, of type: Choice.Type, default fallback: Choice
  ) -> Choice
  where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
    optionalChoice(key, what, of: type) ?? fallback
  }

  public func optionalChoice<Choice>(_ key: String, _ what: String? = nil, of type: Choice.Type) -> Choice?
  where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
    optional(key)?.choice(what, of: type)
  }

  // MARK: Arrays and objects

  /// The elements of a required array.
  public func array(_ key: String, _ what: String = "an array", count: ClosedRange<Int>? = nil) -> [JSONReader]? {
    required(key, what)?.array(what, count: count)
  }

  public func optionalArray(
    _ key: String, _ what: String = "an array", count: ClosedRange<Int>? = nil
  ) -> [JSONReader]? {
    optional(key)?.array(what, count: count)
  }

  /// A required object with known keys.
  public func object(
    _ key: String, _ what: String = "an object", keys: [String], note: [String: String] = [:]
  ) -> JSONObject? {
    required(key, what)?.object(what, keys: keys, note: note)
  }

  public func optionalObject(
    _ key: String, _ what: String = "an object", keys: [String], note: [String: String] = [:]
  ) -> JSONObject? {
    optional(key)?.object(what, keys: keys, note: note)
  }

  /// A required object whose keys are names that the user chose.
  public func dictionary(_ key: String, _ what: String = "an object") -> JSONObject? {
    required(key, what)?.dictionary(what)
  }

  public func optionalDictionary(_ key: String, _ what: String = "an object") -> JSONObject? {
    optional(key)?.dictionary(what)
  }
}

extension [JSONReader] {
  /// Decodes every element, so that each can record its faults, and returns nil when any of them gave nil.
  public func allOrNil<Decoded>(_ decode: (JSONReader) -> Decoded?) -> [Decoded]? {
    let decoded = compactMap(decode)
    return decoded.count == count ? decoded : nil
  }
}
