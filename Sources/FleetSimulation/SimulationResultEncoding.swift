import FleetJSON
import FleetServing

extension SimulationResult {
  /// Name of the format and its version.
  public static let format = "fleetplan-simulation/1"

  /// The result as described in docs/simulation-format.md.
  public func json() -> JSONOutput {
    [
      "format": .string(Self.format),
      "seed": .decimal(String(seed)),
      "window": ["warmup_s": .number(warmupSeconds), "end_s": .number(endSeconds)],
      "requests": .integer(requests),
      "events": .integer(events),
      "meets_objectives": .bool(meetsObjectives),
      "goodput_per_s": .number(goodputPerSecond),
      "bottleneck": bottleneck.map { $0.json() } ?? .null,
      "classes": .array(classes.map { $0.json() }),
      "groups": .array(groups.map { $0.json() }),
      "links": .array(links.map { $0.json() }),
      "notes": .array(notes.map { .string($0) }),
    ]
  }

  /// The result as a JSON text; the same bytes for the same result.
  public func encoded() -> String { json().encoded() }
}

extension Estimate {
  fileprivate func milliseconds() -> JSONOutput {
    ["value": .number(value * 1000), "half_width": JSONOutput(halfWidth.map { $0 * 1000 })]
  }
}

extension LatencySummary {
  fileprivate func milliseconds() -> JSONOutput {
    [
      "count": .integer(count), "mean": mean.milliseconds(), "p50": p50.milliseconds(), "p90": p90.milliseconds(),
      "p95": p95.milliseconds(), "p99": p99.milliseconds(), "max": .number(maximumSeconds * 1000),
    ]
  }
}

extension SimulatedObjective {
  fileprivate func json() -> JSONOutput {
    [
      "limit_ms": .number(objective.seconds * 1000), "percentile": .number(objective.percentile),
      "simulated_ms": simulated.map { $0.milliseconds() } ?? .null, "attainment": .number(attainment),
      "attainment_half_width": JSONOutput(attainmentHalfWidth), "met": .bool(isMet),
    ]
  }
}

extension SimulatedSeries {
  fileprivate func json() -> JSONOutput {
    ["bin_s": .number(binSeconds), "means": .array(means.map { .number($0) })]
  }
}

extension SimulatedClass {
  fileprivate func json() -> JSONOutput {
    [
      "id": .string(id),
      "offered": .integer(offered), "finished": .integer(finished), "rejected": .integer(rejected),
      "failed": .integer(failed), "preemptions": .integer(preemptions),
      "offered_rate_per_s": .number(offeredPerSecond), "goodput_per_s": .number(goodputPerSecond),
      "attainment": .number(attainment),
      "mean_input_tokens": .number(meanInputTokens), "mean_output_tokens": .number(meanOutputTokens),
      "cached_share": .number(cachedShare),
      "ttft_ms": ttft.map { $0.milliseconds() } ?? .null, "tpot_ms": tpot.map { $0.milliseconds() } ?? .null,
      "itl_ms": itl.map { $0.milliseconds() } ?? .null,
      "end_to_end_ms": endToEnd.map { $0.milliseconds() } ?? .null,
      "objectives": [
        "ttft": ttftObjective.map { $0.json() } ?? .null, "tpot": tpotObjective.map { $0.json() } ?? .null,
        "end_to_end": endToEndObjective.map { $0.json() } ?? .null,
      ],
      "stages_ms": stages.map { $0.milliseconds() } ?? .null,
      "arrivals_per_s": arrivals.json(),
      "by_group": .array(byGroup.map { $0.json() }),
    ]
  }
}

extension ClassOnGroup {
  fileprivate func json() -> JSONOutput {
    [
      "id": .string(groupID), "requests": .integer(requests), "ttft_attainment": JSONOutput(ttftAttainment),
      "tpot_attainment": JSONOutput(tpotAttainment),
    ]
  }
}

extension StageSeconds {
  fileprivate func milliseconds() -> JSONOutput {
    [
      "prefill_wait": .number(prefillWait * 1000), "prefill": .number(prefill * 1000),
      "transfer": .number(transfer * 1000), "decode_wait": .number(decodeWait * 1000),
      "decode": .number(decode * 1000),
    ]
  }
}

extension SimulatedGroup {
  fileprivate func json() -> JSONOutput {
    [
      "id": .string(id), "phase": .string(phase.rawValue), "instances": .integer(instances),
      "busy_share": .number(busyShare), "prompt_share": .number(promptShare), "utilization": .number(utilization),
      "mean_batch": .number(meanBatch), "max_batch": .integer(maximumBatch),
      "mean_kv_occupancy": JSONOutput(meanKVOccupancy), "max_kv_occupancy": JSONOutput(maximumKVOccupancy),
      "mean_queue": .number(meanQueue), "max_queue": .integer(maximumQueue),
      "prompt_tokens_per_s": .number(promptTokensPerSecond), "output_tokens_per_s": .number(outputTokensPerSecond),
      "steps": .integer(steps), "preemptions": .integer(preemptions),
      "itl_ms": itl.map { $0.milliseconds() } ?? .null,
      "series": [
        "busy_share": busySeries.json(), "batch": batchSeries.json(), "queue": queueSeries.json(),
        "kv_occupancy": kvSeries.map { $0.json() } ?? .null,
      ],
    ]
  }
}

extension SimulatedLink {
  fileprivate func json() -> JSONOutput {
    [
      "id": .string(id), "utilization": .number(utilization), "bytes": .number(bytes),
      "transfers": .integer(transfers), "series": ["busy_share": busySeries.json()],
    ]
  }
}

extension Bottleneck {
  fileprivate func json() -> JSONOutput {
    [
      "resource": .string(resource.rawValue), "place": .string(place), "pressure": .number(pressure),
      "sentence": .string(sentence),
    ]
  }
}
