import ArgumentParser
import FleetPlan

/// How faults of a fleet are spelled on the command line.
enum FaultSpelling {
  static let help = """
    Something goes down: instance:GROUP#0@600+300 (instance 0 of a group, at 600 s, for 300 s; without +300 for ever), \
    node:POOL#0@600+300, link:POOL/POOL@600+300, or at random random:instance@MTBF_S+MTTR_S (or node, link). Repeatable.
    """

  static func plan(_ specifications: [String]) throws -> FaultPlan {
    var plan = FaultPlan()
    for text in specifications { try add(text, to: &plan) }
    return plan
  }

  private static func add(_ text: String, to plan: inout FaultPlan) throws {
    guard let colon = text.firstIndex(of: ":"), let at = text.lastIndex(of: "@"), colon < at else {
      throw failure(text, "expected KIND:NAME@START, as in instance:decode-h100-tp2#0@600+300")
    }
    let kind = text[..<colon]
    let name = String(text[text.index(after: colon)..<at])
    let times = text[text.index(after: at)...].split(separator: "+", omittingEmptySubsequences: false).map {
      Double($0)
    }
    guard times.count <= 2, let first = times[0], first >= 0, first.isFinite else {
      throw failure(text, "expected seconds after @, as in @600 or @600+300")
    }
    let second = times.count == 2 ? times[1] : .infinity
    guard let second, second > 0 else { throw failure(text, "expected seconds > 0 after +") }
    switch kind {
    case "random":
      guard let kind = FaultPlan.RandomOutages.Kind(rawValue: name) else {
        throw failure(text, "expected random:instance, random:node or random:link")
      }
      guard first > 0, second.isFinite else {
        throw failure(text, "expected the mean times between failures and to repair, as in random:\(name)@86400+600")
      }
      plan.random.append(.init(kind: kind, meanSecondsBetweenFailures: first, meanSecondsToRepair: second))
    case "instance":
      let (id, number) = try numbered(name, text)
      plan.outages.append(
        .init(target: .instance(groupID: id, number: number), startSeconds: first, seconds: second))
    case "node":
      let (id, number) = try numbered(name, text)
      plan.outages.append(.init(target: .node(poolID: id, number: number), startSeconds: first, seconds: second))
    case "link":
      let ends = name.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
      guard ends.count == 2, !ends[0].isEmpty, !ends[1].isEmpty else {
        throw failure(text, "expected two pools, as in link:h100/mi300x@600+60")
      }
      plan.outages.append(
        .init(target: .link(prefillPoolID: ends[0], decodePoolID: ends[1]), startSeconds: first, seconds: second))
    default: throw failure(text, "expected instance, node, link or random before the colon")
    }
  }

  /// `name#3`, or `name` for number 0.
  private static func numbered(_ name: String, _ text: String) throws -> (String, Int) {
    guard let hash = name.lastIndex(of: "#") else {
      if name.isEmpty { throw failure(text, "expected a name after the colon") }
      return (name, 0)
    }
    guard let number = Int(name[name.index(after: hash)...]), number >= 0, hash > name.startIndex else {
      throw failure(text, "expected a name and a number from 0, as in decode-h100-tp2#0")
    }
    return (String(name[..<hash]), number)
  }

  private static func failure(_ text: String, _ reason: String) -> ValidationError {
    ValidationError("--fault \(text): \(reason)")
  }
}
