import FleetJSON

extension LatencyPriors {
  /// Value of `format` in the priors file.
  public static let format = "fleetplan-latency-priors/1"

  /// Reads `latency/priors.json` of a catalog folder.
  /// - Throws: Every fault of the file: unknown, missing and wrong keys, numbers out of range or without provenance.
  public init(contentsOf directory: String) throws(Faults) {
    self = try JSONParser.decode(contentsOf: "\(directory)/latency/priors.json") { LatencyPriors(decoding: $0) }
  }

  /// - Returns: `nil` after recording every fault.
  public init?(decoding reader: JSONReader) {
    let keys = ["format", "reference", "families", "sources", "provenance"]
    guard let object = reader.object("latency priors", keys: keys) else { return nil }
    let format = object.string("format", "\"\(Self.format)\"")
    if let format, format != Self.format { object.fault("format", "expected \"\(Self.format)\", found \"\(format)\"") }
    let reference = object.string("reference", "a family")
    let entries = object.dictionary("families", "priors by accelerator family")?.entries ?? []
    var families: [String: [Constant: Prior]] = [:]
    for (family, reader) in entries {
      if family == reference { reader.fault("ratios refer to this family, so that it cannot have one itself") }
      families[family] = Self.constants(decoding: reader)
    }
    let provenance = ProvenanceTable(decoding: object)
    provenance?.recordUncoveredNumbers(in: object)
    guard let reference, let provenance, format == Self.format, families.count == entries.count else { return nil }
    self.init(reference: reference, families: families, provenance: provenance)
  }

  private static func constants(decoding reader: JSONReader) -> [Constant: Prior]? {
    guard let object = reader.object("priors of a family", keys: Constant.allCases.map(\.rawValue)) else { return nil }
    var constants: [Constant: Prior] = [:]
    var complete = true
    for constant in Constant.allCases {
      guard let value = object.optional(constant.rawValue) else { continue }
      constants[constant] = Prior(decoding: value)
      if constants[constant] == nil { complete = false }
    }
    return complete ? constants : nil
  }
}

extension LatencyPriors.Prior {
  fileprivate init?(decoding reader: JSONReader) {
    guard let object = reader.object("a prior", keys: ["ratio", "deviation"]) else { return nil }
    let ratio = object.number("ratio", in: .closed(0.01, 100))
    let deviation = object.number("deviation", in: .closed(0.01, 2))
    guard let ratio, let deviation else { return nil }
    self.init(ratio: ratio, deviation: deviation)
  }
}
