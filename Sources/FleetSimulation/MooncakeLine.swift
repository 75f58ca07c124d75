import FleetJSON
import FleetServing

/// One line of a Mooncake trace.
struct MooncakeLine: Sendable, Equatable {
  var nanoseconds: Int64
  var inputTokens: Int32
  var outputTokens: Int32
  /// Ids of the blocks of the prompt; empty where the line has none.
  var blocks: [Int]

  private static let mostTokens = 100_000_000
  private static let mostMilliseconds = 9_000_000_000_000

  /// Reads any line that is right, and finds every fault of one that is not.
  /// - Throws: Its faults, without their line.
  init(strict text: [UInt8]) throws(Faults) {
    self = try JSONParser.decode(text, source: "") { reader in
      let object = reader.dictionary("an object with timestamp, input_length, output_length and hash_ids")
      let tokens = NumberRange.closed(0, Double(Self.mostTokens))
      let time = object?.required("timestamp", "milliseconds")?.number(
        "milliseconds", in: .closed(0, Double(Self.mostMilliseconds)))
      let input = object?.required("input_length", "tokens")?.integer("a whole number of tokens", in: tokens)
      let output = object?.required("output_length", "tokens")?.integer("a whole number of tokens", in: tokens)
      let blocks = Self.blocks(object?.optional("hash_ids"))
      guard let time, let input, let output, let blocks else { return nil }
      let whole = time.rounded(.down)
      return MooncakeLine(
        nanoseconds: Int64(whole) * 1_000_000 + Int64(((time - whole) * 1e6).rounded()), inputTokens: Int32(input),
        outputTokens: Int32(output),
        blocks: blocks)
    }
  }

  private init(nanoseconds: Int64, inputTokens: Int32, outputTokens: Int32, blocks: [Int]) {
    self.nanoseconds = nanoseconds
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.blocks = blocks
  }

  private static func blocks(_ reader: JSONReader?) -> [Int]? {
    guard let reader else { return [] }
    guard let elements = reader.array("block ids") else { return nil }
    var blocks: [Int] = []
    for element in elements {
      guard let block = element.integer("a block id") else { return nil }
      blocks.append(block)
    }
    return blocks
  }

  /// Reads a line of the usual shape, in which the four keys have whole numbers; `nil` for every other line, right or
  /// wrong. Many times as fast as the strict reading.
  init?(usual text: UnsafeBufferPointer<UInt8>) {
    var scan = Scan(text: text)
    guard scan.take(UInt8(ascii: "{")) else { return nil }
    var time: Int?
    var input: Int?
    var output: Int?
    var blocks: [Int]?
    repeat {
      guard let key = scan.key(), scan.take(UInt8(ascii: ":")) else { return nil }
      switch key {
      case .timestamp where time == nil: time = scan.whole()
      case .inputLength where input == nil: input = scan.whole()
      case .outputLength where output == nil: output = scan.whole()
      case .blocks where blocks == nil: blocks = scan.list()
      default: return nil
      }
    } while scan.take(UInt8(ascii: ","))
    guard scan.take(UInt8(ascii: "}")), scan.isAtEnd, let time, let input, let output,
      time <= Self.mostMilliseconds, input <= Self.mostTokens, output <= Self.mostTokens
    else { return nil }
    // A list that was there but could not be read is left to the strict reading by `list`.
    if scan.hasFailed { return nil }
    self.init(
      nanoseconds: Int64(time) * 1_000_000, inputTokens: Int32(input), outputTokens: Int32(output),
      blocks: blocks ?? [])
  }

  private enum Key {
    case timestamp, inputLength, outputLength, blocks
  }

  /// A position in a line.
  private struct Scan {
    let text: UnsafeBufferPointer<UInt8>
    private var position = 0
    /// Whether a value was not of the usual kind.
    private(set) var hasFailed = false

    init(text: UnsafeBufferPointer<UInt8>) {
      self.text = text
    }

    var isAtEnd: Bool {
      mutating get {
        skipBlanks()
        return position == text.count
      }
    }

    private mutating func skipBlanks() {
      while position < text.count, text[position] == 0x20 || text[position] == 0x09 { position += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
      skipBlanks()
      guard position < text.count, text[position] == byte else { return false }
      position += 1
      return true
    }

    mutating func key() -> Key? {
      guard take(UInt8(ascii: "\"")) else { return nil }
      let start = position
      while position < text.count, text[position] != UInt8(ascii: "\"") { position += 1 }
      let name = UnsafeBufferPointer(rebasing: text[start..<position])
      position += 1
      if name.elementsEqual("timestamp".utf8) { return .timestamp }
      if name.elementsEqual("input_length".utf8) { return .inputLength }
      if name.elementsEqual("output_length".utf8) { return .outputLength }
      return name.elementsEqual("hash_ids".utf8) ? .blocks : nil
    }

    /// Up to fifteen digits without a leading zero, so that a `Double` would hold the number.
    mutating func whole() -> Int? {
      skipBlanks()
      let start = position
      var value = 0
      while position < text.count, text[position] >= 0x30, text[position] <= 0x39, position - start < 16 {
        value = value * 10 + Int(text[position] - 0x30)
        position += 1
      }
      let digits = position - start
      if digits == 0 || digits > 15 || (digits > 1 && text[start] == 0x30) {
        hasFailed = true
        return nil
      }
      return value
    }

    mutating func list() -> [Int]? {
      var values: [Int] = []
      guard take(UInt8(ascii: "[")) else {
        hasFailed = true
        return nil
      }
      if take(UInt8(ascii: "]")) { return values }
      repeat {
        guard let value = whole() else { return nil }
        values.append(value)
      } while take(UInt8(ascii: ","))
      if take(UInt8(ascii: "]")) { return values }
      hasFailed = true
      return nil
    }
  }
}
