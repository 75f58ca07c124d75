import FleetJSON

extension Plan {
  /// What the `format` key of a plan file says.
  public static let format = "fleetplan-plan/1"

  /// The plan as `plan.json`; `docs/plan-format.md` documents every key.
  ///
  /// Every key is written, values that are not known as `null`. Seconds become milliseconds and quantiles percentiles by
  /// moving the decimal point, so that `Plan(contentsOf:)` gives back an equal plan.
  public func encoded() -> JSONOutput {
    [
      "format": .string(Plan.format),
      "problem": .string(problemName),
      "status": .string(status.rawValue),
      "objective": JSONOutput(objective),
      "objective_name": .string(objectiveName),
      "bound": JSONOutput(bound),
      "gap": JSONOutput(gap),
      "cost_usd_per_hour": JSONOutput(costUSDPerHour),
      "economics": economics?.encoded() ?? .null,
      "groups": .array(groups.map { $0.encoded() }),
      "routes": .array(routes.map { $0.encoded() }),
      "classes": .array(classes.map { $0.encoded() }),
      "purchases": .array(purchases.map { $0.encoded() }),
      "periods": .array(periods.map { ["id": .string($0.id), "hours": .number($0.hours)] }),
      "binding": .array(binding.map { $0.encoded() }),
      "baselines": .array(baselines.map { $0.encoded() }),
      "robustness": robustness?.encoded() ?? .null,
      "verification": verification?.encoded() ?? .null,
      "rejected": .array(rejected.map { $0.encoded() }),
      "conflict": conflict?.encoded() ?? .null,
      "unsolved_reason": JSONOutput(unsolvedReason),
      "provenance": provenance.encoded(),
    ]
  }
}

extension PlanEconomics {
  func encoded() -> JSONOutput {
    [
      "usd_per_million_tokens": .number(usdPerMillionTokens),
      "usd_per_million_input_tokens": .number(usdPerMillionInputTokens),
      "usd_per_million_output_tokens": .number(usdPerMillionOutputTokens),
      "usd_per_thousand_requests": .number(usdPerThousandRequests),
      "offered_rate_per_s": .number(offeredRatePerSecond),
      "served_rate_per_s": .number(servedRatePerSecond),
      "power_watts": .number(powerWatts),
      "idle_cost_usd_per_hour": JSONOutput(idleCostUSDPerHour),
    ]
  }
}

extension PlanGroup {
  func encoded() -> JSONOutput {
    strategy.withContext([
      "id": .string(id),
      "phase": .string(phase.rawValue),
      "model": .string(modelID),
      "pool": .string(poolID),
      "accelerator": .string(acceleratorName),
      "vendor": .string(vendor),
      "region": JSONOutput(region),
      "precision": JSONOutput(weightPrecision),
      "kv_precision": JSONOutput(kvPrecision),
      "tp": .integer(strategy.tensor),
      "pp": .integer(strategy.pipeline),
      "ep": .integer(strategy.expert),
      "dp": .integer(strategy.data),
      "max_batch": .integer(maximumBatch),
      "chunk_tokens": JSONOutput(chunkTokens),
      "classes": .array(admittedClassIDs.map { .string($0) }),
      "instances": .integer(instances),
      "instances_by_period": .array(instancesByPeriod.map { .integer($0) }),
      "devices": .integer(devices),
      "devices_per_instance": .integer(devicesPerInstance),
      "nodes": .number(nodes),
      "cost_usd_per_hour": .number(costUSDPerHour),
      "idle_cost_usd_per_hour": JSONOutput(idleCostUSDPerHour),
      "utilization": .number(utilization),
      "capacity_source": .string(capacitySource),
      "evidence": evidence?.encoded() ?? .null,
    ])
  }
}

extension PlanRoute {
  func encoded() -> JSONOutput {
    [
      "class": .string(classID),
      "period": JSONOutput(periodID),
      "from": .string(fromGroupID),
      "to": .string(toGroupID),
      "rate_per_s": .number(ratePerSecond),
      "ttft_ms": .milliseconds(ttftSeconds),
      "tpot_ms": .milliseconds(tpotSeconds),
      "kv_transfer_ms": .milliseconds(kvTransferSeconds),
    ]
  }
}

extension PlanClass {
  func encoded() -> JSONOutput {
    [
      "id": .string(id),
      "model": .string(modelID),
      "offered_rate_per_s": .number(offeredRatePerSecond),
      "served_rate_per_s": .number(servedRatePerSecond),
      "mean_input_tokens": JSONOutput(meanInputTokens),
      "mean_output_tokens": JSONOutput(meanOutputTokens),
      "input_cost_usd_per_hour": JSONOutput(inputCostUSDPerHour),
      "output_cost_usd_per_hour": JSONOutput(outputCostUSDPerHour),
      "ttft": ttft.encoded(),
      "tpot": tpot.encoded(),
      "e2e": endToEnd.encoded(),
    ]
  }
}

extension PlanClass.Prediction {
  func encoded() -> JSONOutput {
    [
      "percentile": .number(percentile, shiftedBy: 2),
      "predicted_ms": .milliseconds(predictedSeconds),
      "predicted_low_ms": .milliseconds(band?.lowSeconds),
      "predicted_high_ms": .milliseconds(band?.highSeconds),
      "objective_ms": .milliseconds(objectiveSeconds),
      "slack_ms": .milliseconds(slackSeconds),
    ]
  }
}

extension PlanPurchase {
  func encoded() -> JSONOutput {
    [
      "pool": .string(poolID),
      "vendor": .string(vendor),
      "tier": .string(tier.rawValue),
      "devices_by_period": .array(devicesByPeriod.map { .integer($0) }),
      "nodes_by_period": nodesByPeriod.map { .array($0.map { .integer($0) }) } ?? .null,
      "usd_per_device_hour": .number(usdPerDeviceHour),
      "cost_usd_per_hour": .number(costUSDPerHour),
    ]
  }
}

extension BindingConstraint {
  func encoded() -> JSONOutput {
    [
      "family": .string(family),
      "name": .string(name),
      "message": .string(message),
      "shadow_price": JSONOutput(shadowPrice),
    ]
  }
}

extension BaselineResult {
  func encoded() -> JSONOutput {
    [
      "name": .string(name),
      "kind": .string(kind),
      "status": .string(status.rawValue),
      "cost_usd_per_hour": JSONOutput(costUSDPerHour),
      "objective": JSONOutput(objective),
      "bound": JSONOutput(bound),
      "note": JSONOutput(note),
    ]
  }
}

extension RejectedAlternative {
  func encoded() -> JSONOutput {
    [
      "pool": .string(poolID),
      "model": .string(modelID),
      "phase": .string(phase.rawValue),
      "subject": JSONOutput(subject),
      "reason": .string(reason),
      "count": .integer(count),
    ]
  }
}

extension ConflictReport {
  func encoded() -> JSONOutput {
    [
      "summary": .string(summary),
      "conflicting": .array(conflicting.map { .string($0) }),
      "repairs": .array(repairs.map { .string($0) }),
    ]
  }
}

extension PlanProvenance {
  func encoded() -> JSONOutput {
    [
      "input_hash": .string(inputHash),
      "catalog_hash": .string(catalogHash),
      "version": .string(version),
      "solver": .string(solver),
      "solver_status": .string(solverStatus),
      "rows": .integer(rows),
      "columns": .integer(columns),
      "integer_columns": .integer(integerColumns),
      "candidates": .integer(candidates),
      "reduced_candidates": .integer(reducedCandidates),
      "latency_model": .string(latencyModel),
    ]
  }
}

extension ParallelStrategy {
  /// The members of an object with `cp`, which only strategies with context groups have.
  func withContext(_ members: [String: JSONOutput]) -> JSONOutput {
    var members = members
    if context > 1 { members["cp"] = .integer(context) }
    return .object(members)
  }
}
