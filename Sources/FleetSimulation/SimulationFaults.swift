/// Why a simulation cannot be run as asked: one sentence each, with file and line where a trace is at fault.
public struct SimulationFaults: Error, Sendable, Hashable, CustomStringConvertible {
  public var messages: [String]

  public init(_ messages: [String]) {
    self.messages = messages
  }

  public init(_ message: String) {
    messages = [message]
  }

  public var description: String { messages.joined(separator: "\n") }
}
