import FleetServing

extension Bottleneck {
  /// How full the fullest place of a resource is, and the time that requests lose there.
  private struct Candidate {
    var resource: Resource
    var place: String
    var pressure: Double
    var lostSeconds: Double
    var figures: String
  }

  /// The resource that limits the fleet: where requests of classes that miss an objective lose most time, or, when all
  /// objectives are met, the fullest one. `nil` when nothing was served.
  ///
  /// A prefill or aggregated group is as full as the share of its time with prompts, a link as its utilization, a decode
  /// group as its running sequences against the largest batch, memory as the mean KV occupancy. A class that misses its
  /// TTFT loses its time before and in prefill (prefill) and in the transfer (link); one that misses its TPOT loses the time
  /// beyond the limit, of which the wait for a place in the batch counts for memory where sequences were preempted or an
  /// instance was nearly out of KV cache, and the rest for decode; one that misses its end-to-end time loses all of these.
  init?(_ result: SimulationResult) {
    let served = result.classes.filter { $0.finished > 0 }
    guard !served.isEmpty else { return nil }
    let missing = served.filter { !$0.meetsObjectives }
    let judged = missing.isEmpty ? served : missing
    let candidates = Self.candidates(result, losses: Losses(judged, isShort: Self.isShortOfMemory(result)))
    let chosen =
      missing.isEmpty
      ? candidates.max { $0.pressure < $1.pressure }
      : candidates.max { ($0.lostSeconds, $0.pressure) < ($1.lostSeconds, $1.pressure) }
    guard let chosen else { return nil }
    var sentence = "\(chosen.resource.rawValue) (\(chosen.place)): \(chosen.figures)"
    if missing.isEmpty {
      sentence += "; all objectives are met"
    } else {
      sentence += "; requests that miss their objectives lose \(Self.milliseconds(chosen.lostSeconds)) there on average"
    }
    self.init(resource: chosen.resource, place: chosen.place, pressure: chosen.pressure, sentence: sentence)
  }

  /// Time that a request of some classes loses in each resource, on average [s].
  private struct Losses {
    var prefill = 0.0
    var link = 0.0
    var decode = 0.0
    var memory = 0.0

    init(_ classes: [SimulatedClass], isShort: Bool) {
      let requests = classes.reduce(0.0) { $0 + Double($1.finished) }
      for entry in classes {
        guard let stages = entry.stages else { continue }
        let share = Double(entry.finished) / requests
        let isLate = entry.endToEndObjective.map { !$0.isMet } ?? false
        if isLate || entry.ttftObjective.map({ !$0.isMet }) ?? false {
          prefill += share * (stages.prefillWait + stages.prefill)
          link += share * stages.transfer
        }
        var lost = isLate ? stages.decodeWait + stages.decode : 0
        if let objective = entry.tpotObjective, !objective.isMet, let simulated = objective.simulated {
          lost = max(
            lost, (simulated.value - objective.objective.seconds) * max(0, entry.meanOutputTokens - 1))
        }
        let waiting = isShort ? min(lost, stages.decodeWait) : 0
        memory += share * waiting
        decode += share * (lost - waiting)
      }
    }
  }

  private static func isShortOfMemory(_ result: SimulationResult) -> Bool {
    result.groups.contains { $0.phase != .prefill && ($0.preemptions > 0 || $0.maximumKVOccupancy ?? 0 >= 0.95) }
  }

  private static func candidates(_ result: SimulationResult, losses: Losses) -> [Candidate] {
    var candidates: [Candidate] = []
    // Aggregated instances always step while sequences run; prompts keep them busy only in the steps that have some.
    if let group = result.groups.filter({ $0.phase != .decode }).max(by: { $0.promptShare < $1.promptShare }) {
      let figures =
        "instances process prompts \(percent(group.promptShare)) of the time, "
        + "\(number(group.meanQueue)) requests wait on average"
      candidates.append(
        Candidate(
          resource: .prefill, place: group.id, pressure: group.promptShare, lostSeconds: losses.prefill,
          figures: figures))
    }
    if let link = result.links.max(by: { $0.utilization < $1.utilization }) {
      let figures = "busy \(percent(link.utilization)) of the time with \(link.transfers) transfers"
      candidates.append(
        Candidate(
          resource: .link, place: link.id, pressure: link.utilization, lostSeconds: losses.link, figures: figures))
    }
    let decode = result.groups.filter { $0.phase != .prefill }
    if let group = decode.max(by: { $0.utilization < $1.utilization }) {
      let figures = "\(number(group.meanBatch)) sequences run side by side on average, \(group.maximumBatch) at most"
      candidates.append(
        Candidate(
          resource: .decode, place: group.id, pressure: group.utilization, lostSeconds: losses.decode,
          figures: figures))
    }
    if let group = decode.max(by: { $0.meanKVOccupancy ?? 0 < $1.meanKVOccupancy ?? 0 }),
      let occupancy = group.meanKVOccupancy
    {
      let figures =
        "the KV cache is \(percent(occupancy)) full on average and "
        + "\(percent(group.maximumKVOccupancy ?? 0)) at most, \(number(Double(group.preemptions))) preemptions"
      candidates.append(
        Candidate(
          resource: .memory, place: group.id, pressure: occupancy, lostSeconds: losses.memory, figures: figures))
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
