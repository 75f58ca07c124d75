import FleetJSON
import FleetServing
import Foundation

/// A grid of problems: one problem file with some of its values varied.
///
/// ```swift
/// let sweep = try Sweep(
///   contentsOf: "problem.json", varying: [SweepVariation("classes[*].rate_per_s=*0.5,*1,*2")], catalog: catalog)
/// let result = Planner(catalog: catalog).sweep(sweep)
/// ```
public struct Sweep: Sendable {
  /// Most combinations of values.
  public static let maximumPoints = 10_000

  /// The problem as it stands in the file.
  public let problem: PlanningProblem
  public let variations: [SweepVariation]
  /// What is varied, with the numbers that result.
  public let axes: [SweepAxis]

  private let root: JSONNode
  private let source: String
  private let baseDirectory: String
  public let catalog: Catalog
  /// Of each variation and each of its entries: what changes.
  private let changes: [[[Change]]]

  struct Change: Sendable {
    var place: SweepPlace
    var value: JSONNode.Value
  }

  /// Reads the problem and finds the places to vary. Files that the problem names are found relative to its folder.
  /// - Throws: Every fault of the file, or of the variations: unknown places, entries that do not fit there, one place in
  ///   two variations, more than `maximumPoints` combinations.
  public init(
    contentsOf path: String, varying variations: [SweepVariation], catalog: Catalog
  ) throws(SweepFailure) {
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
    let bytes: [UInt8]
    do throws(Faults) {
      bytes = try InputFile.read(path: path)
    } catch {
      throw SweepFailure(inputs: [error])
    }
    try self.init(json: bytes, source: path, baseDirectory: folder, varying: variations, catalog: catalog)
  }

  /// The same for a problem in memory; see `PlanningProblem.init(json:source:baseDirectory:catalog:)`.
  public init(
    json bytes: [UInt8], source: String, baseDirectory: String = "", varying variations: [SweepVariation],
    catalog: Catalog
  ) throws(SweepFailure) {
    do throws(Faults) {
      problem = try PlanningProblem(json: bytes, source: source, baseDirectory: baseDirectory, catalog: catalog)
      root = try JSONParser.parse(bytes, source: source)
    } catch {
      throw SweepFailure(inputs: [error])
    }
    self.variations = variations
    self.source = source
    self.baseDirectory = baseDirectory
    self.catalog = catalog
    var axes: [SweepAxis] = []
    var changes: [[[Change]]] = []
    var faults: [Faults] = []
    for variation in variations {
      do throws(Fault) {
        let targets = try variation.path.targets(in: root)
        changes.append(try Self.changes(of: variation, targets))
        axes.append(Self.axis(variation, targets))
      } catch {
        faults.append(Faults(source: "--vary \(variation.spelling)", all: [error]))
      }
    }
    if faults.isEmpty, let fault = Self.overlap(of: axes) ?? Self.excess(of: axes) {
      faults.append(Faults(source: "--vary", all: [fault]))
    }
    if !faults.isEmpty { throw SweepFailure(inputs: faults) }
    self.axes = axes
    self.changes = changes
  }

  /// Number of combinations.
  public var count: Int { axes.reduce(1) { $0 * $1.values.count } }

  /// The problem's tree at a point; what `SweepResult.points` has at the same position is its answer.
  public func tree(at point: Int) -> JSONNode {
    var tree = root
    for (changes, index) in zip(changes, indices(at: point)) {
      for change in changes[index] { tree = tree.setting(change.value, at: change.place) }
    }
    return tree
  }

  /// The problem at a point.
  /// - Throws: Every fault that the values cause, with the place in the file and the values.
  public func problem(at point: Int) throws(Faults) -> PlanningProblem {
    do throws(Faults) {
      return try PlanningProblem(tree: tree(at: point), source: source, baseDirectory: baseDirectory, catalog: catalog)
    } catch {
      var faults = error
      faults.all = error.all.map { fault in
        var fault = fault
        fault.message += " (\(variedText(at: point, for: fault.path)))"
        return fault
      }
      throw faults
    }
  }

  /// Reads every problem of the grid, so that faults come before anything is solved.
  /// - Throws: The faults of all points; one that several combinations cause is said once.
  public func check() throws(SweepFailure) {
    let slots = Slots<[Fault]>(count: count)
    DispatchQueue.concurrentPerform(iterations: count) { point in
      do throws(Faults) {
        _ = try problem(at: point)
      } catch {
        slots.set(error.all, at: point)
      }
    }
    var seen: Set<String> = []
    var all: [Fault] = []
    for fault in slots.values.joined() {
      // The same fault at other values of axes that have nothing to do with it.
      if seen.insert(fault.path + "\n" + fault.message).inserted { all.append(fault) }
    }
    if all.isEmpty { return }
    let surplus = all.count - Self.shownFaults
    if surplus > 0 {
      all = Array(all.prefix(Self.shownFaults)) + [Fault(path: "", message: "and \(surplus) more")]
    }
    throw SweepFailure(inputs: [Faults(source: source, all: all)])
  }

  private static let shownFaults = 20

  func indices(at point: Int) -> [Int] {
    var rest = point
    var indices: [Int] = []
    for axis in axes.reversed() {
      indices.append(rest % axis.values.count)
      rest /= axis.values.count
    }
    return indices.reversed()
  }

  /// `--vary PATH=VALUE` of the axes whose place the fault lies in; of all where it lies in none of them.
  private func variedText(at point: Int, for path: String) -> String {
    let varied = zip(axes, indices(at: point)).map { ($0, "\($0.path)=\($0.values[$1].spelling)") }
    let concerned = varied.filter { axis, _ in
      axis.pointers.contains { Self.isPart(path, of: $0) }
    }
    return "--vary " + (concerned.isEmpty ? varied : concerned).map(\.1).joined(separator: " --vary ")
  }

  /// Whether the pointer `inner` lies within `outer`, which is not the whole document.
  private static func isPart(_ inner: String, of outer: String) -> Bool {
    !outer.isEmpty && (inner == outer || inner.hasPrefix(outer + "/"))
  }

  // MARK: Making the grid

  private static func changes(of variation: SweepVariation, _ targets: [SweepTarget]) throws(Fault) -> [[Change]] {
    var changes: [[Change]] = []
    for entry in variation.entries {
      var change: [Change] = []
      for target in targets {
        change.append(Change(place: target.place, value: try entry.value(at: target, path: variation.path)))
      }
      changes.append(change)
    }
    return changes
  }

  private static func axis(_ variation: SweepVariation, _ targets: [SweepTarget]) -> SweepAxis {
    let values = variation.entries.map { entry in
      switch entry {
      case .number(let number):
        return SweepValue(spelling: entry.spelling, number: number, isFactor: false)
      case .factor(let factor):
        if targets.count == 1, let target = targets.first,
          let value = try? entry.value(at: target, path: variation.path),
          case .number(let number, _) = value
        {
          return SweepValue(spelling: entry.spelling, number: number, isFactor: false)
        }
        return SweepValue(spelling: entry.spelling, number: factor, isFactor: true)
      case .word, .bool, .null:
        return SweepValue(spelling: entry.spelling, number: nil, isFactor: false)
      }
    }
    var current: Double?
    if targets.count == 1, case .number(let number, _)? = targets.first?.node?.value { current = number }
    return SweepAxis(
      path: variation.path.description, pointers: targets.map(\.place.pointer), unit: variation.unit, values: values,
      current: current)
  }

  private static func overlap(of axes: [SweepAxis]) -> Fault? {
    for (index, axis) in axes.enumerated() {
      for other in axes[..<index] {
        for pointer in axis.pointers {
          if let twice = other.pointers.first(where: { isPart($0, of: pointer) || isPart(pointer, of: $0) }) {
            return Fault(
              path: twice, message: "\(other.path) and \(axis.path) vary the same place")
          }
        }
      }
    }
    return nil
  }

  private static func excess(of axes: [SweepAxis]) -> Fault? {
    let size = axes.reduce(1.0) { $0 * Double($1.values.count) }
    guard size > Double(maximumPoints) else { return nil }
    let factors = axes.map { String($0.values.count) }.joined(separator: " × ")
    return Fault(
      path: "", message: "\(factors) combinations of values are more than \(maximumPoints)",
      hint: "vary fewer values, or several sweeps one after the other")
  }
}

/// Why a sweep cannot be made: the faults of the problem file and of the variations.
public struct SweepFailure: Error, Sendable, CustomStringConvertible {
  public var inputs: [Faults]

  public init(inputs: [Faults]) { self.inputs = inputs }

  public var description: String { inputs.map(\.description).joined(separator: "\n") }
}
