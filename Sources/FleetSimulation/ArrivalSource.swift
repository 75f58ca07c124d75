/// Where a run gets its requests from.
struct ArrivalSource: Sendable {
  private var process: ArrivalProcess?
  private let list: [Arrival]
  private var taken = 0

  init(_ process: ArrivalProcess) {
    self.process = process
    list = []
  }

  /// Given requests in order of time.
  init(_ list: [Arrival]) { self.list = list }

  /// Whether it is a list, whose requests stand for the whole time of the simulation.
  var isList: Bool { process == nil }

  mutating func next() throws(SimulationFaults) -> Arrival? {
    if process != nil { return try process?.next() }
    guard taken < list.count else { return nil }
    taken += 1
    return list[taken - 1]
  }
}
