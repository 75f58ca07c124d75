/// A timestamp as nanoseconds: of the calendar (proleptic Gregorian, from 1970), or a plain number of seconds from 0.
func traceNanoseconds(_ field: UnsafeBufferPointer<UInt8>) -> Int64? {
  if field.count >= 19, field[4] == UInt8(ascii: "-") { return calendarNanoseconds(field) }
  guard let point = field.firstIndex(of: UInt8(ascii: ".")) else {
    return digits(field, 0..<field.count).flatMap { seconds($0, fraction: 0) }
  }
  guard let whole = digits(field, 0..<point), let fraction = fraction(field, (point + 1)..<field.count) else {
    return nil
  }
  return seconds(whole, fraction: fraction)
}

/// `2023-11-16 18:15:46.6805900`, also with `T`, `Z` and `+02:00`.
private func calendarNanoseconds(_ field: UnsafeBufferPointer<UInt8>) -> Int64? {
  func holds(_ position: Int, _ allowed: UInt8...) -> Bool { allowed.contains(field[position]) }
  guard holds(7, UInt8(ascii: "-")), holds(10, UInt8(ascii: " "), UInt8(ascii: "T")), holds(13, UInt8(ascii: ":")),
    holds(16, UInt8(ascii: ":")),
    let year = digits(field, 0..<4), let month = digits(field, 5..<7), let day = digits(field, 8..<10),
    let hour = digits(field, 11..<13), let minute = digits(field, 14..<16), let second = digits(field, 17..<19),
    (1970...2200).contains(year), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
  else { return nil }
  var nanoseconds: Int64 = 0
  var position = 19
  if position < field.count, field[position] == UInt8(ascii: ".") {
    let start = position + 1
    position = start
    while position < field.count, field[position] >= 0x30, field[position] <= 0x39 { position += 1 }
    guard let part = fraction(field, start..<position) else { return nil }
    nanoseconds = part
  }
  guard let zone = zoneSeconds(field, from: position) else { return nil }
  let time = dayNumber(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - zone
  return time * 1_000_000_000 + nanoseconds
}

/// Nothing, `Z`, or `±hh:mm`.
private func zoneSeconds(_ field: UnsafeBufferPointer<UInt8>, from position: Int) -> Int64? {
  if position == field.count { return 0 }
  if position + 1 == field.count, field[position] == UInt8(ascii: "Z") { return 0 }
  guard field.count == position + 6, field[position + 3] == UInt8(ascii: ":"),
    let hours = digits(field, (position + 1)..<(position + 3)),
    let minutes = digits(field, (position + 4)..<(position + 6)), hours < 24, minutes < 60
  else { return nil }
  switch field[position] {
  case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
  case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
  default: return nil
  }
}

/// Days from 1970-01-01; years counted from March, so that the leap day comes last: 365 y + y/4 − y/100 + y/400 days lie
/// before year y, and (153 m + 2)/5 days before month m of it.
private func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
  let y = month > 2 ? year : year - 1
  let m = (month + 9) % 12
  return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468
}

private func digits(_ field: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int64? {
  if range.isEmpty || range.count > 10 { return nil }
  var value: Int64 = 0
  for position in range {
    let byte = field[position]
    guard byte >= 0x30, byte <= 0x39 else { return nil }
    value = value * 10 + Int64(byte - 0x30)
  }
  return value
}

/// Decimals as nanoseconds; digits beyond the ninth are dropped.
private func fraction(_ field: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int64? {
  if range.isEmpty || range.count > 18 { return nil }
  var value: Int64 = 0
  for position in 0..<max(9, range.count) {
    var digit: Int64 = 0
    if position < range.count {
      let byte = field[range.lowerBound + position]
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      digit = Int64(byte - 0x30)
    }
    if position < 9 { value = value * 10 + digit }
  }
  return value
}

/// Up to 9,000,000,000 s, the range of the sum in nanoseconds.
private func seconds(_ whole: Int64, fraction: Int64) -> Int64? {
  whole > 9_000_000_000 ? nil : whole * 1_000_000_000 + fraction
}
