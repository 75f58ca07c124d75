import FleetServing

extension Bottleneck {
  /// How full the fullest place of a resource is, and the time that requests lose there.
  private struct Candidate {
    var resource: Resource
    var place: String
    var pressure: Double
    var waitSeconds: Double
    var figures: String
  }

  /// The resource that limits the fleet: where the time lost by requests of classes that miss an objective is longest, or,
  /// when all objectives are met, the fullest one. `nil` when nothing was served.
  ///
  /// A prefill group is as full as its busy share, a link as its utilization, a decode group as its running sequences
  /// against the largest batch, memory as the mean KV occupancy. Time is lost in the prefill queue (prefill), in the
  /// transfer (link), waiting to join a batch (memory where sequences were preempted or an instance was nearly out of KV
  /// cache, decode elsewhere) and, for classes that miss their TPOT, in the time per token beyond the limit (decode).
  init?(_ result: SimulationResult) {
    let served = result.classes.filter { $0.finished > 0 }
    guard !served.isEmpty else { return nil }
    let missing = served.filter { !$0.meetsObjectives }
    let judged = missing.isEmpty ? served : missing
    let candidates = Self.candidates(result, judged: judged)
    let chosen =
      missing.isEmpty
      ? candidates.max { $0.pressure < $1.pressure }
      : candidates.max { ($0.waitSeconds, $0.pressure) < ($1.waitSeconds, $1.pressure) }
    guard let chosen else { return nil }
    var sentence = "\(chosen.resource.rawValue) (\(chosen.place)): \(chosen.figures)"
    if missing.isEmpty {
      sentence += "; all objectives are met"
    } else {
      sentence += "; requests that miss their objectives lose \(Self.milliseconds(chosen.waitSeconds)) there on average"
    }
    self.init(resource: chosen.resource, place: chosen.place, pressure: chosen.pressure, sentence: sentence)
  }

  private static func candidates(_ result: SimulationResult, judged: [SimulatedClass]) -> [Candidate] {
    let requests = judged.reduce(0.0) { $0 + Double($1.finished) }
    func mean(_ stage: (SimulatedClass, StageSeconds) -> Double) -> Double {
      judged.reduce(0.0) { sum, entry in
        sum + (entry.stages.map { stage(entry, $0) } ?? 0) * Double(entry.finished)
      } / requests
    }
    var candidates: [Candidate] = []
    // Aggregated instances process prompts and tokens alike; a long queue in front of one is a want of prefill.
    if let group = result.groups.filter({ $0.phase != .decode }).max(by: { $0.busyShare < $1.busyShare }) {
      candidates.append(
        Candidate(
          resource: .prefill, place: group.id, pressure: group.busyShare, waitSeconds: mean { $1.prefillWait },
          figures:
            "instances are busy \(percent(group.busyShare)) of the time, \(number(group.meanQueue)) requests wait"))
    }
    if let link = result.links.max(by: { $0.utilization < $1.utilization }) {
      candidates.append(
        Candidate(
          resource: .link, place: link.id, pressure: link.utilization, waitSeconds: mean { $1.transfer },
          figures: "busy \(percent(link.utilization)) of the time with \(link.transfers) transfers"))
    }
    let decode = result.groups.filter { $0.phase != .prefill }
    let short = decode.filter { $0.preemptions > 0 || $0.maximumKVOccupancy ?? 0 >= 0.95 }
    let slow = mean { entry, _ in
      guard let objective = entry.tpotObjective, !objective.isMet, let simulated = objective.simulated else { return 0 }
      return max(0, simulated.value - objective.objective.seconds) * max(0, entry.meanOutputTokens - 1)
    }
    if let group = decode.max(by: { $0.utilization < $1.utilization }) {
      candidates.append(
        Candidate(
          resource: .decode, place: group.id, pressure: group.utilization,
          waitSeconds: (short.isEmpty ? mean { $1.decodeWait } : 0) + slow,
          figures: "\(number(group.meanBatch)) sequences run side by side on average, \(group.maximumBatch) at most"))
    }
    if let group = decode.max(by: { $0.meanKVOccupancy ?? 0 < $1.meanKVOccupancy ?? 0 }),
      let occupancy = group.meanKVOccupancy
    {
      candidates.append(
        Candidate(
          resource: .memory, place: group.id, pressure: occupancy,
          waitSeconds: short.isEmpty ? 0 : mean { $1.decodeWait },
          figures:
            "the KV cache is \(percent(occupancy)) full on average and \(percent(group.maximumKVOccupancy ?? 0)) "
            + "at most, \(group.preemptions) preemptions"))
    }
    return candidates
  }

  private static func percent(_ share: Double) -> String { "\(number(share * 100)) %" }
  private static func milliseconds(_ seconds: Double) -> String { "\(number(seconds * 1000)) ms" }

  /// One decimal; none from 100 on.
  private static func number(_ value: Double) -> String {
    if value >= 100 { return String(Int64(min(value.rounded(), 9e15))) }
    let tenths = Int64((value * 10).rounded())
    return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
  }
}
