/// New bounds of one column.
struct BoundChange {
  let column: Int
  let lower: Double
  let upper: Double
}

/// The basis of a linear program, to start another one from.
final class BasisSnapshot {
  let rows: [Int8]
  let columns: [Int8]

  init(rows: [Int8], columns: [Int8]) {
    self.rows = rows
    self.columns = columns
  }
}

/// An open subproblem of branch and bound.
struct Subproblem {
  /// Objective of the parent's relaxation.
  let bound: Double
  let depth: Int
  /// Everything that sets it apart from the root.
  let changes: [BoundChange]
  let basis: BasisSnapshot?
  /// The step from its parent, from which pseudocosts learn.
  let branching: Branching?

  struct Branching {
    let column: Int
    let isUp: Bool
    /// How far the branch moves the column.
    let distance: Double
  }
}

/// Open subproblems, the one with the least bound first.
struct SubproblemHeap {
  private var items: [Subproblem] = []

  var isEmpty: Bool { items.isEmpty }
  var count: Int { items.count }
  var leastBound: Double? { items.first?.bound }

  mutating func insert(_ item: Subproblem) {
    items.append(item)
    var child = items.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard items[child].bound < items[parent].bound else { break }
      items.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popLeast() -> Subproblem? {
    guard let first = items.first else { return nil }
    let last = items.removeLast()
    guard !items.isEmpty else { return first }
    items[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < items.count && items[child].bound < items[least].bound { least = child }
      guard least != parent else { return first }
      items.swapAt(parent, least)
      parent = least
    }
  }
}
