import FleetServing

/// Where KV caches can be sent: one decode pool holding one KV precision of one model, split over one tensor-parallel degree
/// where the policy asks for the same on both sides.
struct DecodeEndpoint: Sendable, Hashable {
  var modelIndex: Int
  var poolIndex: Int
  /// `nil` for measured configurations, whose KV precision is not known; they accept any.
  var kvPrecision: Precision?
  /// Devices that every receiver splits the heads over; `nil` = receivers may differ, and take caches from any sender.
  var tensorDegree: Int?

  func accepts(_ sender: ParallelStrategy) -> Bool { tensorDegree.map { $0 == sender.tensor } ?? true }
}

/// One column of the program before it is one: a way to run instances, with all that the program needs to know.
struct Candidate: Sendable {
  /// Unique, readable, stable, for example `prefill-h100-tp2-fp8`.
  var id: String
  var phase: Phase
  var modelIndex: Int
  var poolIndex: Int
  var strategy: ParallelStrategy
  var weightPrecision: Precision?
  var kvPrecision: Precision?
  /// `nil` for measured capacity tables.
  var configuration: InstanceConfiguration?
  /// Index of the capacity table it comes from.
  var tableIndex: Int?
  /// Instances needed per request/s, by class index, ascending by class; only admitted classes occur.
  var loads: [ClassLoad]
  /// Least number of instances when it is used at all; waiting-time bounds of a shared queue rest on it.
  var floor: Int
  var maximumBatch: Int
  /// Aggregated: token budget of a step of a data-parallel rank.
  var chunkTokens: Int?
  /// Prefill: decode endpoints that it may send to, ascending. Empty otherwise.
  var partners: [Int]
  /// Decode: its own endpoint.
  var endpoint: Int?
  /// Prefill: time kept free for the KV transfer within the TTFT objective, by class, parallel to `loads` [s].
  var transferAllowances: [Double]
  /// Share of an aggregated instance's busy time that goes to prefill; 1 for prefill, 0 for decode. Splits costs only.
  var prefillShare: Double

  struct ClassLoad: Sendable, Hashable {
    var classIndex: Int
    /// Instances per request/s, positive.
    var load: Double
  }

  var devices: Int { strategy.devices }

  func load(of classIndex: Int) -> Double? {
    loads.first { $0.classIndex == classIndex }?.load
  }

  func allowance(of classIndex: Int) -> Double? {
    guard let position = loads.firstIndex(where: { $0.classIndex == classIndex }),
      position < transferAllowances.count
    else { return nil }
    return transferAllowances[position]
  }
}

/// A candidate that was not made, and why.
struct RejectedCandidate: Sendable, Hashable {
  var phase: Phase
  var modelIndex: Int
  var poolIndex: Int
  var subject: String
  var reason: String
  /// Class that it cannot serve, where the reason lies in one class; `nil` = it cannot run at all.
  var classIndex: Int?
  /// Devices of the instance that was tried.
  var devices = 0
}

/// All ways to run instances that a problem allows.
struct CandidateSet: Sendable {
  var candidates: [Candidate]
  var endpoints: [DecodeEndpoint]
  var rejected: [RejectedCandidate]
  /// Whether every configuration was looked at; not when a limit ended the enumeration.
  var isComplete = true
}
