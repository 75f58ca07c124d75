import FleetServing

/// Draws lengths from the weighted points of a distribution in constant time (alias method: Walker, 1977; Vose, 1991).
///
/// Points with a fraction of a token are rounded up or down at random, so that means are kept.
struct LengthSampler: Sendable {
  private struct Cell: Sendable {
    var threshold: Double
    var alias: Int
    var inputTokens: Double
    var outputTokens: Double
  }

  private var cells: [Cell]

  init(_ lengths: LengthDistribution) {
    let points = lengths.points
    cells = points.indices.map { index in
      Cell(
        threshold: 1, alias: index, inputTokens: points[index].inputTokens, outputTokens: points[index].outputTokens)
    }
    var scaled = points.map { $0.weight * Double(points.count) }
    var small = scaled.indices.filter { scaled[$0] < 1 }
    var large = scaled.indices.filter { scaled[$0] >= 1 }
    while let poor = small.popLast(), let rich = large.last {
      cells[poor].threshold = scaled[poor]
      cells[poor].alias = rich
      scaled[rich] -= 1 - scaled[poor]
      if scaled[rich] < 1 { small.append(large.removeLast()) }
    }
  }

  mutating func draw(_ random: inout RandomStream) -> (inputTokens: Int32, outputTokens: Int32) {
    let position = random.uniform() * Double(cells.count)
    let index = Int(position)
    let chosen = position - Double(index) < cells[index].threshold ? index : cells[index].alias
    return (
      Self.whole(cells[chosen].inputTokens, &random), Self.whole(cells[chosen].outputTokens, &random)
    )
  }

  private static func whole(_ tokens: Double, _ random: inout RandomStream) -> Int32 {
    let floor = tokens.rounded(.down)
    let fraction = tokens - floor
    let drawn = fraction > 0 && random.uniform() < fraction ? floor + 1 : floor
    return Int32(min(max(drawn, 1), 2_000_000_000))
  }
}
