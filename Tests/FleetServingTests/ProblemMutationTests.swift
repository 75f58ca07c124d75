import FleetJSON
import Foundation
import Testing

@testable import FleetServing

/// Damaged problems never crash the reader: they decode to a sound problem, or give at least one located fault.
///
/// `FLEETPLAN_MUTATIONS` sets the number of problems and `FLEETPLAN_SEED` the first seed.
@Suite struct ProblemMutationTests {
  private let folder: TemporaryFolder
  private let checker: ProblemSchemaChecker
  private let sample: JSONOutput

  init() throws {
    folder = try TemporaryFolder(["trace.csv": sampleTrace, "table.csv": sampleTable])
    checker = ProblemSchemaChecker(
      schema: try JSONParser.parse(contentsOf: packageFolder + "/docs/problem.schema.json"))
    sample = try JSONParser.parse(text: fullProblem, source: "").output
  }

  @Test func damagedProblemsAreReadOrRefusedWithPlaces() throws {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["FLEETPLAN_MUTATIONS"].flatMap(Int.init) ?? 300
    let first = environment["FLEETPLAN_SEED"].flatMap(UInt64.init) ?? 1
    var read = 0
    for seed in first..<(first + UInt64(count)) {
      var random = SplitMix(seed: seed)
      var tree = sample
      for _ in 0..<Int.random(in: 1...3, using: &random) { tree = tree.mutated(using: &random) }
      var bytes = Array(tree.encoded().utf8)
      if Int.random(in: 0..<5, using: &random) == 0 { damage(&bytes, using: &random) }
      if try isRead(bytes, seed: seed) { read += 1 }
    }
    #expect(count < 100 || (read > 0 && read < count), "\(read) of \(count)")
  }

  /// Whether the problem was read; records what is wrong with the outcome.
  private func isRead(_ bytes: [UInt8], seed: UInt64) throws -> Bool {
    do {
      let problem = try PlanningProblem(
        json: bytes, source: "test.json", baseDirectory: folder.path, catalog: shippedCatalog.get())
      #expect(problem.unsoundness == [], "FLEETPLAN_SEED=\(seed)")
      let broken = checker.violations(of: try JSONParser.parse(bytes, source: ""))
      #expect(broken == [], "FLEETPLAN_SEED=\(seed)")
      return true
    } catch let faults as Faults {
      #expect(!faults.all.isEmpty, "FLEETPLAN_SEED=\(seed)")
      for fault in faults.all where fault.line == nil || fault.column == nil || fault.message.isEmpty {
        Issue.record("no place: \(fault) (FLEETPLAN_SEED=\(seed))")
      }
      return false
    }
  }

  private func damage(_ bytes: inout [UInt8], using random: inout SplitMix) {
    let position = Int.random(in: bytes.indices, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: bytes.remove(at: position)
    case 1: bytes[position] = UInt8.random(in: 0...255, using: &random)
    default: bytes.insert(Array("{}[]\",:0.e".utf8).randomElement(using: &random) ?? 0, at: position)
    }
  }
}

extension JSONNode {
  fileprivate var output: JSONOutput {
    switch value {
    case .object(let members): .object(Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.node.output) }))
    case .array(let elements): .array(elements.map(\.output))
    case .string(let text): .string(text)
    case .number(let number, _): .number(number)
    case .bool(let flag): .bool(flag)
    case .null: .null
    }
  }
}

extension JSONOutput {
  /// One change at a random place.
  fileprivate func mutated(using random: inout SplitMix) -> JSONOutput {
    let goesDeeper = Int.random(in: 0..<10, using: &random) < 8
    switch self {
    case .object(var members) where !members.isEmpty:
      let key = members.keys.sorted().randomElement(using: &random) ?? ""
      let value = members[key] ?? .null
      if goesDeeper {
        members[key] = value.mutated(using: &random)
      } else {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: members[key] = nil
        case 4: members[key] = .null
        case 1:
          members[key] = nil
          members[String(key.dropLast())] = value
        case 2: members[key] = Self.random(using: &random)
        default: members[Self.words.randomElement(using: &random) ?? ""] = value
        }
      }
      return .object(members)
    case .array(var elements) where !elements.isEmpty:
      let position = Int.random(in: elements.indices, using: &random)
      if goesDeeper {
        elements[position] = elements[position].mutated(using: &random)
      } else {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: elements.remove(at: position)
        case 1: elements.append(elements[position])
        case 2: elements.swapAt(0, position)
        default: elements.append(Self.random(using: &random))
        }
      }
      return .array(elements)
    case .number(let number):
      switch Int.random(in: 0..<4, using: &random) {
      case 0: return .number(-number)
      case 1: return .number(number * [1e-300, 1e-6, 1e-3, 0.1, 10, 1000, 1e6, 1e300].randomElement(using: &random)!)
      case 2: return .number(number + 0.5)
      default: return Self.random(using: &random)
      }
    case .string(let text):
      switch Int.random(in: 0..<3, using: &random) {
      case 0: return .string(String(text.dropLast()))
      case 1: return .string(Self.words.randomElement(using: &random) ?? text)
      default: return Self.random(using: &random)
      }
    default: return Self.random(using: &random)
    }
  }

  private static let words = [
    "", "qwen3-32b", "h100", "chat", "lab-x", "secret", "trace.csv", "table.csv", "bf16", "all", "cost", "power", "p50",
    "p99.9", "p0", "min", "id", "rows", "trace", "histogram", "owned", "measured_only", "catalog", "é\u{0}\u{202E}",
    String(repeating: "x", count: 300),
  ]

  private static func random(using random: inout SplitMix) -> JSONOutput {
    let values: [JSONOutput] = [
      .null, .bool(true), .bool(false), .number(0), .number(-1), .number(1), .number(0.5), .number(8), .number(1e9),
      .number(1e308), .number(.leastNonzeroMagnitude),
      .string("x"), .array([]), .object([:]), .array([.number(1), .number(2)]),
      .array([.string("h100")]), .object(["p50": .number(10), "p90": .number(20)]), .object(["id": .string("y")]),
      .string(words.randomElement(using: &random) ?? ""),
    ]
    return values.randomElement(using: &random) ?? .null
  }
}
