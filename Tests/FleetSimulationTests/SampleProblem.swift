import FleetServing
import FleetSimulation
import Foundation

/// A problem with traffic only: what arrival processes look at.
func trafficProblem(
  rates: [[Double]] = [[10]], periods: [Period] = [Period(id: "all", hours: 1)],
  lengths: LengthDistribution = LengthDistribution(inputTokens: 100, outputTokens: 10)
) -> PlanningProblem {
  PlanningProblem(
    name: "traffic", periods: periods, models: [], pools: [],
    classes: rates.indices.map { index in
      RequestClass(
        id: "class-\(index)", modelID: "m", ratePerSecond: rates[index], lengths: lengths,
        objective: ServiceLevelObjective())
    })
}

/// The first `count` requests of a process, or fewer where it ends.
func take(_ count: Int, of process: ArrivalProcess) throws -> [Arrival] {
  var process = process
  var arrivals: [Arrival] = []
  while arrivals.count < count, let arrival = try process.next() { arrivals.append(arrival) }
  return arrivals
}

/// A folder that is removed when the value goes out of use.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("fleetplan-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    try Data(text.utf8).write(to: URL(filePath: file))
    return file
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path + "/" + name)), as: UTF8.self)
  }
}
