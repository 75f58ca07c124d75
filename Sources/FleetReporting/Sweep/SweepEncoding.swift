import FleetJSON
import FleetServing

extension SweepResult {
  /// What the `format` key of an encoded sweep says.
  public static let format = "fleetplan-sweep/1"

  /// The sweep as JSON; `docs/sweep-format.md` documents every key.
  public func encoded() -> JSONOutput {
    var counts: [String: JSONOutput] = ["points": .integer(points.count)]
    for status in SweepPoint.Status.allCases {
      counts[status.rawValue] = .integer(points.count { $0.status == status })
    }
    return [
      "format": .string(SweepResult.format),
      "problem": .string(problemName),
      "input_hash": .string(inputHash),
      "catalog_hash": .string(catalogHash),
      "axes": .array(axes.map { $0.encoded() }),
      "counts": .object(counts),
      "points": .array(
        points.indices.map { index in
          points[index].encoded(
            values: zip(axes, valueIndices(ofPoint: index)).map { $0.values[$1].encodedValue })
        }),
      "flips": .array(SweepFlip.all(in: self).map { $0.encoded(axes[0]) }),
    ]
  }
}

extension SweepAxis {
  fileprivate func encoded() -> JSONOutput {
    [
      "path": .string(path),
      "pointers": .array(pointers.map { .string($0) }),
      "unit": .string(unit),
      "current": JSONOutput(current),
      "values": .array(
        values.map {
          ["spelling": .string($0.spelling), "value": $0.encodedValue, "is_factor": .bool($0.isFactor)]
        }),
    ]
  }
}

extension SweepValue {
  /// The number, or the word as written.
  fileprivate var encodedValue: JSONOutput { number.map { .number($0) } ?? .string(spelling) }
}

extension SweepPoint {
  fileprivate func encoded(values: [JSONOutput]) -> JSONOutput {
    [
      "values": .array(values),
      "status": .string(status.rawValue),
      "cost_usd_per_hour": JSONOutput(costUSDPerHour),
      "usd_per_million_tokens": JSONOutput(usdPerMillionTokens),
      "objective": JSONOutput(objective),
      "bound": JSONOutput(bound),
      "gap": JSONOutput(gap),
      "offered_rate_per_s": JSONOutput(offeredRatePerSecond),
      "served_rate_per_s": JSONOutput(servedRatePerSecond),
      "devices": .object(devicesByPool.mapValues { .integer($0) }),
      "prefill": encodedPools(.prefill),
      "decode": encodedPools(.decode),
      "aggregated": encodedPools(.aggregated),
      "message": JSONOutput(message),
      "input_hash": JSONOutput(inputHash),
    ]
  }

  private func encodedPools(_ phase: Phase) -> JSONOutput {
    .array(kind.filter { $0.phase == phase }.map(\.poolID).sorted().map { .string($0) })
  }
}

extension SweepFlip {
  fileprivate func encoded(_ axis: SweepAxis) -> JSONOutput {
    func list(_ uses: Set<PoolUse>) -> JSONOutput {
      .array(uses.sorted().map { ["accelerator": .string($0.poolID), "phase": .string($0.phase.rawValue)] })
    }
    return [
      "from": axis.values[from].encodedValue,
      "to": axis.values[to].encodedValue,
      "leaves": list(leaves),
      "enters": list(enters),
      "text": .string(String(text.map { $0 == "\u{A0}" ? " " : $0 })),
    ]
  }
}
