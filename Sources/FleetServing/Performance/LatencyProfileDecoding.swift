import FleetJSON

/// A file of `profiles/`: the measured configurations of one model on one accelerator under one backend.
public struct LatencyProfileFile: Sendable, Hashable {
  /// Value of `format`.
  public static let format = "fleetplan-latency-profile/1"

  /// All of one accelerator, backend and model.
  public var profiles: [LatencyProfile]
  public var provenance: ProvenanceTable

  public init(profiles: [LatencyProfile], provenance: ProvenanceTable) {
    self.profiles = profiles
    self.provenance = provenance
  }

  /// - Returns: `nil` after recording every fault.
  public init?(decoding reader: JSONReader) {
    let keys = ["format", "accelerator", "backend", "model", "configurations", "sources", "provenance"]
    guard let object = reader.object("a latency profile", keys: keys) else { return nil }
    let format = object.string("format", "\"\(Self.format)\"")
    if let format, format != Self.format { object.fault("format", "expected \"\(Self.format)\", found \"\(format)\"") }
    let accelerator = object.string("accelerator")
    let backend = object.string("backend")
    let model = object.string("model")
    let profiles = object.array("configurations", "measured configurations")?.allOrNil { reader in
      LatencyProfile(decoding: reader, scope: LatencyScope(accelerator: accelerator, backend: backend, model: model))
    }
    let provenance = ProvenanceTable(decoding: object)
    guard accelerator != nil, backend != nil, model != nil, let profiles, let provenance, format == Self.format else {
      return nil
    }
    provenance.recordUncoveredNumbers(in: object)
    self.init(profiles: profiles, provenance: provenance)
  }

  /// The file as JSON; `nil` without a profile, or when they differ in accelerator, backend or model.
  public func encoded() -> JSONOutput? {
    guard let first = profiles.first?.scope, let accelerator = first.accelerator, let backend = first.backend,
      let model = first.model,
      profiles.allSatisfy({
        $0.scope.accelerator == accelerator && $0.scope.backend == backend && $0.scope.model == model
      })
    else { return nil }
    return [
      "format": .string(Self.format), "accelerator": .string(accelerator), "backend": .string(backend),
      "model": .string(model), "configurations": .array(profiles.map { $0.encoded() }),
      "sources": provenance.encodedSources(), "provenance": provenance.encodedEntries(),
    ]
  }
}

extension LatencyProfile {
  fileprivate init?(decoding reader: JSONReader, scope: LatencyScope) {
    let keys = ["precision", "tp", "pp", "ep", "dp", "decode", "prefill", "closed_loop_ttft"]
    guard let object = reader.object("a measured configuration", keys: keys) else { return nil }
    let precision = object.choice("precision", of: Precision.self)
    let degrees = ["tp", "pp", "ep", "dp"].map { object.integer($0, in: .closed(1, 16_384), default: 1) }
    let tables = [
      ResidualTable(decoding: object, "decode", first: "batch", second: "context_tokens"),
      ResidualTable(decoding: object, "prefill", first: "input_tokens", second: nil),
      ResidualTable(decoding: object, "closed_loop_ttft", first: "concurrency", second: "input_tokens"),
    ].compactMap(\.self)
    guard let precision, tables.count == 3 else { return nil }
    var scope = scope
    scope.weightPrecision = precision
    scope.strategy = ParallelStrategy(tensor: degrees[0], pipeline: degrees[1], expert: degrees[2], data: degrees[3])
    self.init(scope: scope, decode: tables[0], prefill: tables[1], closedLoopTTFT: tables[2])
  }

  fileprivate func encoded() -> JSONOutput {
    let strategy = scope.strategy ?? ParallelStrategy()
    return [
      "precision": .string(scope.weightPrecision?.rawValue ?? ""), "tp": .integer(strategy.tensor),
      "pp": .integer(strategy.pipeline), "ep": .integer(strategy.expert), "dp": .integer(strategy.data),
      "decode": decode.encoded(first: "batch", second: "context_tokens"),
      "prefill": prefill.encoded(first: "input_tokens", second: nil),
      "closed_loop_ttft": closedLoopTTFT.encoded(first: "concurrency", second: "input_tokens"),
    ]
  }
}

extension ResidualTable {
  /// ln of measured over predicted; twenty times slower or faster is a slip of units.
  static let plausible = NumberRange.closed(-3, 3)

  fileprivate init?(decoding object: JSONObject, _ key: String, first: String, second: String?) {
    guard let entries = object.optionalArray(key, "measured points") else {
      self.init()
      return
    }
    let positive = NumberRange.above(0, upTo: 1e9)
    let points = entries.allOrNil { reader -> Point? in
      let keys = [first] + (second.map { [$0] } ?? []) + ["log_residual"]
      guard let point = reader.object("a measured point", keys: keys) else { return nil }
      let x = point.number(first, in: positive)
      let y = second.map { point.number($0, in: positive) } ?? x
      let residual = point.number("log_residual", in: Self.plausible)
      guard let x, let y, let residual else { return nil }
      return Point(first: x, second: y, logResidual: residual)
    }
    guard let points else { return nil }
    self.init(points: points)
  }

  fileprivate func encoded(first: String, second: String?) -> JSONOutput {
    .array(
      points.map { point in
        var members: [String: JSONOutput] = [
          first: .rounded(point.first), "log_residual": .rounded(point.logResidual),
        ]
        if let second { members[second] = .rounded(point.second) }
        return .object(members)
      })
  }
}
