import FleetJSON

extension JSONOutput {
  /// The value with each member of each object removed or replaced, one at a time.
  var damaged: [JSONOutput] {
    guard case .object(let members) = self else { return [] }
    let substitutes: [JSONOutput] = [
      .null, "text", true, 0, 1, -1, .number(2.5), .integer(Int.max), [], [1, 2, 3], [:], ["a": 1],
    ]
    var results: [JSONOutput] = []
    for key in members.keys.sorted() {
      var changed = members
      changed[key] = nil
      results.append(.object(changed))
      for substitute in substitutes {
        changed[key] = substitute
        results.append(.object(changed))
      }
      for inner in members[key]?.damaged ?? [] {
        changed[key] = inner
        results.append(.object(changed))
      }
    }
    return results
  }
}
