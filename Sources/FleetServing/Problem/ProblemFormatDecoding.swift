/// The problem format `fleetplan-problem/1`: every object, key, unit and default.
///
/// The decoder takes its keys from this table, and `docs/problem-format.md` and `docs/problem.schema.json` are checked
/// against it.
public enum ProblemFormat {
  /// Value of the key `format`.
  public static let identifier = "fleetplan-problem/1"

  /// One key of an object.
  public struct Field: Sendable, Hashable {
    public var key: String
    /// JSON type in words.
    public var type: String
    /// Unit of the number; empty where there is none.
    public var unit: String
    /// What an absent key means; `nil` where the key is required.
    public var fallback: String?
    public var meaning: String

    init(_ key: String, _ type: String, unit: String = "", default fallback: String? = nil, _ meaning: String) {
      self.key = key
      self.type = type
      self.unit = unit
      self.fallback = fallback
      self.meaning = meaning
    }
  }

  /// An object of the format.
  public enum Part: String, Sendable, CaseIterable {
    case problem, period, model, accelerator, prices
    case ownedPrice = "owned_price"
    case available
    case requestClass = "class"
    case lengths, quantiles
    case histogramPoint = "histogram_point"
    case slo
    case latencyObjective = "latency_objective"
    case slowdownObjective = "slowdown_objective"
    case idleReference = "idle_reference"
    case capacityTable = "capacity_table"
    case capacityRow = "capacity_row"
    case link
    case kvExchange = "kv_exchange"
    case poolPair = "pool_pair"
    case policy
    case deviceLimit = "device_limit"
    case vendorShare = "vendor_share"
    case headroom
    case currentFleet = "current_fleet"
    case solver

    /// The keys in the order in which they are documented.
    public var fields: [Field] { ProblemFormat.fields[self] ?? [] }

    /// The names of the keys.
    public var keys: [String] { ProblemFormat.keys[self] ?? [] }
  }

  static let fields: [Part: [Field]] = {
    var fields: [Part: [Field]] = [:]
    for part in Part.allCases {
      switch part {
      case .problem: fields[part] = problemFields
      case .period: fields[part] = periodFields
      case .model: fields[part] = modelFields
      case .accelerator: fields[part] = acceleratorFields
      case .prices: fields[part] = priceFields
      case .ownedPrice: fields[part] = ownedPriceFields
      case .available: fields[part] = availableFields
      case .requestClass: fields[part] = classFields
      case .lengths: fields[part] = lengthFields
      case .quantiles: fields[part] = quantileFields
      case .histogramPoint: fields[part] = histogramFields
      case .slo: fields[part] = sloFields
      case .latencyObjective: fields[part] = latencyObjectiveFields
      case .slowdownObjective: fields[part] = slowdownFields
      case .idleReference: fields[part] = idleReferenceFields
      case .capacityTable: fields[part] = tableFields
      case .capacityRow: fields[part] = rowFields
      case .link: fields[part] = linkFields
      case .kvExchange: fields[part] = kvExchangeFields
      case .poolPair: fields[part] = pairFields
      case .policy: fields[part] = policyFields
      case .deviceLimit: fields[part] = deviceLimitFields
      case .vendorShare: fields[part] = vendorShareFields
      case .headroom: fields[part] = headroomFields
      case .currentFleet: fields[part] = fleetFields
      case .solver: fields[part] = solverFields
      }
    }
    return fields
  }()

  private static let keys: [Part: [String]] = fields.mapValues { $0.map(\.key) }
}

/// Bounds on the size of a problem, far beyond what is planned in practice.
enum ProblemBounds {
  static let periods = 168
  static let models = 64
  static let pools = 64
  static let classes = 200
  static let tables = 100_000
  /// Of one table.
  static let rows = 100_000
  static let histogramPoints = 10_000
  static let ratePerSecond = 1e7
  static let devices = 1e7
  static let tokens = 1e8
}
