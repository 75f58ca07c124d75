/// Step times of one configuration without prompt tokens, by running sequences and mean context.
///
/// Exact at every batch up to 512 and at eight contexts in each octave; linear between contexts and, above 512, between
/// batches 256 to an octave. The model is nearly linear in the context between the points where a window or a roofline
/// breaks off, so the table is within 0.1 % of it (`StepTableTests`). Times are computed when they are first asked for.
struct StepTable: Sendable {
  let law: StepLaw
  /// Times [s], a row for each batch; NaN where not yet computed.
  private var seconds: [Double]
  private let rows: Int

  private static let exactBatches = 512
  /// 2⁸ batches in an octave, above the exact ones.
  private static let batchBits: UInt64 = 8
  /// 2³ contexts in an octave.
  private static let contextBits: UInt64 = 3
  /// Contexts of up to 2²⁴ tokens.
  private static let columns = 24 * 8 + 2

  init(law: StepLaw, maximumBatch: Int) {
    self.law = law
    rows = Self.row(batch: max(maximumBatch, 1)).index + 2
    seconds = [Double](repeating: .nan, count: rows * Self.columns)
  }

  /// Step time [s] of at least one sequence.
  mutating func callAsFunction(batch: Int, context: Double) -> Double {
    let column = Self.node(max(context, 1), bits: Self.contextBits)
    let at = min(column.index, Self.columns - 2)
    if batch <= Self.exactBatches {
      return interpolated(row: batch - 1, column: at, share: column.share)
    }
    let row = Self.row(batch: batch)
    let below = interpolated(row: row.index, column: at, share: column.share)
    if row.share == 0 { return below }
    let above = interpolated(row: row.index + 1, column: at, share: column.share)
    return below + row.share * (above - below)
  }

  private mutating func interpolated(row: Int, column: Int, share: Double) -> Double {
    let index = row * Self.columns + column
    var left = seconds[index]
    var right = seconds[index + 1]
    if left.isNaN { left = fill(row: row, column: column) }
    if right.isNaN { right = fill(row: row, column: column + 1) }
    return left + share * (right - left)
  }

  private mutating func fill(row: Int, column: Int) -> Double {
    let batch =
      row < Self.exactBatches
      ? Double(row + 1)
      : Self.value(node: row - Self.exactBatches, bits: Self.batchBits) * Double(Self.exactBatches)
    let time = law.decode(batch: batch, context: Self.value(node: column, bits: Self.contextBits))
    seconds[row * Self.columns + column] = time
    return time
  }

  /// Row at or below a batch, and how far it lies towards the next row.
  private static func row(batch: Int) -> (index: Int, share: Double) {
    if batch <= exactBatches { return (batch - 1, 0) }
    let node = node(Double(batch) / Double(exactBatches), bits: batchBits)
    return (exactBatches + node.index, node.share)
  }

  /// Position of a number ≥ 1 on a grid with 2^bits equal steps in every octave, read off its binary digits.
  private static func node(_ value: Double, bits: UInt64) -> (index: Int, share: Double) {
    let pattern = value.bitPattern
    let rest = 52 - bits
    let index = Int(pattern >> rest) - (1023 << Int(bits))
    let share = Double(pattern & ((1 << rest) - 1)) / Double(1 << rest as UInt64)
    return (index, share)
  }

  private static func value(node: Int, bits: UInt64) -> Double {
    Double(bitPattern: UInt64(node + (1023 << Int(bits))) << (52 - bits))
  }
}

/// Times of prompts on the prefill instances of one configuration, kept by length.
struct PromptTable: Sendable {
  let law: StepLaw
  private var lengths: [Int32]
  private var times: [PromptTime]

  private static let size = 4096

  init(law: StepLaw) {
    self.law = law
    lengths = [Int32](repeating: -1, count: Self.size)
    times = [PromptTime](repeating: PromptTime(latency: 0, attention: 0, occupancy: 0), count: Self.size)
  }

  /// Time of one prompt as the law has it.
  mutating func callAsFunction(tokens: Int) -> PromptTime {
    let slot = tokens & (Self.size - 1)
    if lengths[slot] == Int32(truncatingIfNeeded: tokens) { return times[slot] }
    let time = law.prompt(tokens: Double(tokens))
    lengths[slot] = Int32(truncatingIfNeeded: tokens)
    times[slot] = time
    return time
  }
}
