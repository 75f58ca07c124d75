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
  /// Points are solved in chains along the last axis, each chain by one worker and each point from the plan of the one
  /// before (`start`). What a chain consists of depends on the grid alone, so that the answers do not depend on the number of
  /// workers. Optimal costs are those of solving each problem by itself; among plans of equal cost, and within a gap, the
  /// start may decide. After a cancellation the points not begun are `skipped`. Neither baselines nor conflicts are solved.
  public func sweep(_ sweep: Sweep, options: SweepOptions = .init()) -> SweepResult {
    let chains = sweep.chains
    let slots = Slots<SweepPoint>(count: sweep.count)
    let next = Atomic<Int>(0)
    let answered = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(options.workers, chains.count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < chains.count else { return }
        var planner = self
        planner.solvesBaselines = false
        planner.explainsConflicts = false
        planner.progress = nil
        for point in chains[index] {
          let (answer, plan) = planner.answer(to: sweep, at: point)
          slots.set(answer, at: point)
          if let plan, options.startsFromNeighbours { planner.start = plan }
          options.progress?(answered.wrappingAdd(1, ordering: .relaxed).newValue)
        }
      }
    }
    return SweepResult(
      problemName: sweep.problem.name, inputHash: sweep.problem.inputHash, catalogHash: catalogHash, axes: sweep.axes,
      points: slots.values)
  }

  /// The answer at a point, and its plan if there is one.
  private func answer(to sweep: Sweep, at point: Int) -> (SweepPoint, Plan?) {
    if cancellation?.isCancelled ?? false {
      return (SweepPoint(.skipped, message: "the sweep was ended before its turn"), nil)
    }
    var inputHash: String?
    do {
      let problem = try sweep.problem(at: point)
      inputHash = problem.inputHash
      let plan = try solve(problem)
      return (SweepPoint(plan), plan.groups.isEmpty ? nil : plan)
    } catch {
      return (SweepPoint(.failed, inputHash: inputHash, message: "\(error)"), nil)
    }
  }
}

extension Sweep {
  /// The points in chains of neighbours: stretches of the last axis, short enough that there are some sixteen of them
  /// where the grid is large, and of four to sixteen points.
  var chains: [[Int]] {
    let row = axes.last?.values.count ?? 1
    let length = min(max(count / 16, 4), 16)
    return stride(from: 0, to: count, by: row).flatMap { start in
      stride(from: start, to: start + row, by: length).map { first in
        Array(first..<min(first + length, start + row))
      }
    }
  }
}
