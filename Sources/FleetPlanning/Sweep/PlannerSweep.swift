import FleetJSON
import FleetServing
import Foundation
import Synchronization

/// How a sweep is run.
public struct SweepOptions: Sendable {
  /// Problems solved at the same time.
  public var workers: Int
  /// Whether a problem is started from the plan of its neighbour.
  public var startsFromNeighbours = true
  /// Called after each point with the number of points answered so far, from any thread.
  public var progress: (@Sendable (_ answered: Int) -> Void)?

  public init(workers: Int = ProcessInfo.processInfo.activeProcessorCount) {
    precondition(workers >= 1, "workers must be at least 1")
    self.workers = workers
  }
}

extension Planner {
  /// Plans every problem of a grid.
  ///
  /// Points are solved in chains of neighbours, each chain by one worker and each point from the plan of the one before
  /// (`start`). What a chain consists of depends on the grid alone, so that the answers do not depend on the number of workers.
  /// Optimal costs are those of solving each problem by itself; among plans of equal cost, and within a gap, the start may
  /// decide. After a cancellation the points not begun are `skipped`. Neither baselines nor conflicts are solved.
  public func sweep(_ sweep: Sweep, options: SweepOptions = .init()) -> SweepResult {
    let chains = sweep.chains
    let slots = Slots<SweepPoint>(count: sweep.count)
    let next = Atomic<Int>(0)
    let answered = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(options.workers, chains.count)) { _ in
      var worker = SweepWorker(sweep: sweep, planner: self, startsFromNeighbours: options.startsFromNeighbours)
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < chains.count else { return }
        worker.beginChain()
        for point in chains[index] {
          slots.set(worker.answer(at: point), at: point)
          options.progress?(answered.wrappingAdd(1, ordering: .relaxed).newValue)
        }
      }
    }
    return SweepResult(
      problemName: sweep.problem.name, inputHash: sweep.problem.inputHash, catalogHash: catalogHash, axes: sweep.axes,
      points: slots.values)
  }
}

/// Solves points one after the other on one thread.
private struct SweepWorker {
  let sweep: Sweep
  private var planner: Planner
  private let startsFromNeighbours: Bool
  private let ownStart: Plan?
  /// The candidates of the last point, and the positions on the axes that they depend on.
  private var known: (indices: [Int], candidates: CandidateSet)?

  init(sweep: Sweep, planner: Planner, startsFromNeighbours: Bool) {
    self.sweep = sweep
    self.planner = planner
    self.planner.solvesBaselines = false
    self.planner.explainsConflicts = false
    self.planner.progress = nil
    self.startsFromNeighbours = startsFromNeighbours
    ownStart = planner.start
  }

  mutating func beginChain() { planner.start = ownStart }

  mutating func answer(at point: Int) -> SweepPoint {
    if planner.cancellation?.isCancelled ?? false {
      return SweepPoint(.skipped, message: "the sweep was ended before its turn")
    }
    var inputHash: String?
    do {
      let problem = try sweep.problem(at: point)
      inputHash = problem.inputHash
      var adjustments = planner.adjustments
      let plan = try planner.answer(
        to: problem, adjusting: &adjustments, known: candidates(of: problem, at: point)
      ).plan
      if startsFromNeighbours, !plan.groups.isEmpty { planner.start = plan }
      return SweepPoint(plan)
    } catch {
      return SweepPoint(.failed, inputHash: inputHash, message: "\(error)")
    }
  }

  /// Those of the point before, where only prices, stock or caps differ.
  private mutating func candidates(of problem: PlanningProblem, at point: Int) -> CandidateSet {
    let indices = sweep.candidateIndices(at: point)
    if let known, known.indices == indices { return known.candidates }
    let set = CandidateEnumeration(problem: problem, constants: planner.constants).enumerate()
    known = (indices, set)
    return set
  }
}

extension Sweep {
  /// Whether the ways to run instances are the same whatever the value of an axis: prices, stock and caps do not matter to
  /// them (`ProblemVariation.keepsCandidates`).
  static func keepsCandidates(_ axis: SweepAxis) -> Bool {
    axis.pointers.allSatisfy { pointer in
      let keys = pointer.split(separator: "/")
      switch keys.first {
      case "accelerators":
        return keys.count > 2 && ["prices", "stock_devices", "available"].contains(keys[2])
      case "policy":
        return keys.count == 2 && ["budget_usd_per_hour", "power_cap_watts"].contains(keys[1])
          || keys.count == 4 && keys[1] == "device_limits" && keys[3] == "max_devices"
      default: return false
      }
    }
  }

  /// Positions on the axes that the candidates depend on.
  func candidateIndices(at point: Int) -> [Int] {
    zip(axes, indices(at: point)).filter { !Self.keepsCandidates($0.0) }.map(\.1)
  }

  /// The points in chains of neighbours: stretches of one axis, short enough that there are some sixteen of them where the grid
  /// is large, and of four to sixteen points. The axis is the last one that the candidates do not depend on, so that a chain
  /// needs them once; without such an axis the last one.
  var chains: [[Int]] {
    let along = axes.lastIndex(where: Self.keepsCandidates) ?? axes.count - 1
    guard axes.indices.contains(along) else { return [Array(0..<count)] }
    let row = axes[along].values.count
    let stride = axes[(along + 1)...].reduce(1) { $0 * $1.values.count }
    let length = min(max(count / 16, 4), 16)
    var chains: [[Int]] = []
    for outer in 0..<(count / (row * stride)) {
      for inner in 0..<stride {
        for first in Swift.stride(from: 0, to: row, by: length) {
          chains.append(
            (first..<min(first + length, row)).map { (outer * row + $0) * stride + inner })
        }
      }
    }
    return chains
  }
}
