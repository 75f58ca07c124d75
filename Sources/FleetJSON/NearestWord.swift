/// The candidate that `word` most likely meant, for "did you mean" hints; nil when none is near.
///
/// Near means: equal but for case, hyphens, underscores and spaces; or within a third of the word's length (at least one) in
/// optimal string alignment distance (insertions, deletions, substitutions and swaps of neighbours); or one begins with the
/// other, by three characters or more. The smallest distance wins, then the order of `candidates`.
public func nearest(_ word: String, among candidates: [String]) -> String? {
  let folded = foldedForComparison(word)
  if folded.isEmpty || folded.count > 100 { return nil }
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let other = foldedForComparison(candidate)
    if other.isEmpty || other.count > 100 { continue }
    let longer = max(folded.count, other.count)
    let shorter = min(folded.count, other.count)
    let isPrefix = shorter >= 3 && folded.prefix(shorter) == other.prefix(shorter)
    let allowed = max(1, folded.count / 3)
    // One letter for another is near only in longer words: "a" is no slip of "b".
    if !isPrefix && (longer - shorter > allowed || (longer <= 2 && folded != other)) { continue }
    let distance = alignmentDistance(folded, other)
    if !isPrefix && distance > allowed { continue }
    if distance < best?.distance ?? Int.max { best = (candidate, distance) }
  }
  return best?.candidate
}

/// `did you mean "…"?`, or nil when no candidate is near.
func suggestion(for word: String, among candidates: [String]) -> String? {
  nearest(word, among: candidates).map { "did you mean \(quoted($0))?" }
}

private func foldedForComparison(_ word: String) -> [Unicode.Scalar] {
  word.lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" && $0 != " " }
}

/// Optimal string alignment distance by dynamic programming over three rows.
private func alignmentDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...b.count)
  for row in 1...a.count {
    var current = [row]
    current.reserveCapacity(b.count + 1)
    for column in 1...b.count {
      let substitution = previous[column - 1] + (a[row - 1] == b[column - 1] ? 0 : 1)
      var distance = min(substitution, previous[column] + 1, current[column - 1] + 1)
      if row > 1, column > 1, a[row - 1] == b[column - 2], a[row - 2] == b[column - 1] {
        distance = min(distance, beforePrevious[column - 2] + 1)
      }
      current.append(distance)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.count]
}
