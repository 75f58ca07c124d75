/// What goes down during a simulation, and when it comes back.
///
/// Requests on an instance that goes down start anew at the router; their time counts on. Transfers on a link that goes
/// down wait until it returns. When a target returns, requests whose prompt nobody has begun are routed anew, so that
/// instances that stood in do not keep the queues of that time.
public struct FaultPlan: Sendable, Hashable {
  /// What can go down.
  public enum Target: Sendable, Hashable {
    /// One instance of a group, numbered from 0.
    case instance(groupID: String, number: Int)
    /// All instances with a device on one node of a pool. Nodes are numbered from 0 and filled by the groups of the
    /// pool in the order of the plan.
    case node(poolID: String, number: Int)
    /// All KV transfers from one pool to another.
    case link(prefillPoolID: String, decodePoolID: String)
  }

  /// An outage at a given time.
  public struct Outage: Sendable, Hashable {
    public var target: Target
    /// Time since the start of the simulation [s].
    public var startSeconds: Double
    /// Length [s]; infinite when the target does not return.
    public var seconds: Double

    public init(target: Target, startSeconds: Double, seconds: Double = .infinity) {
      self.target = target
      self.startSeconds = startSeconds
      self.seconds = seconds
    }
  }

  /// Outages at random: exponential times between failures and until repair, for each target on its own.
  public struct RandomOutages: Sendable, Hashable {
    /// Kind of target.
    public enum Kind: String, Sendable, CaseIterable, Hashable {
      case instance, node, link
    }

    public var kind: Kind
    /// Mean time from repair to the next failure of one target [s], positive.
    public var meanSecondsBetweenFailures: Double
    /// Mean time until repair [s], positive.
    public var meanSecondsToRepair: Double

    public init(kind: Kind, meanSecondsBetweenFailures: Double, meanSecondsToRepair: Double) {
      self.kind = kind
      self.meanSecondsBetweenFailures = meanSecondsBetweenFailures
      self.meanSecondsToRepair = meanSecondsToRepair
    }
  }

  public var outages: [Outage]
  public var random: [RandomOutages]

  public init(outages: [Outage] = [], random: [RandomOutages] = []) {
    self.outages = outages
    self.random = random
  }

  /// Nothing goes down.
  public static let none = FaultPlan()

  public var isEmpty: Bool { outages.isEmpty && random.isEmpty }
}
