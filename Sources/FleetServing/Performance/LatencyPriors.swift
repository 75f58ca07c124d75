/// What published measurements of single kernels say about the efficiencies of families without serving measurements,
/// relative to a family with them.
///
/// A constant of a listed family is expected at `ratio` times that of the reference family: the ratio of the shares of
/// the datasheet figures that the same kind of benchmark reaches on both. Constants that are not listed have no
/// expectation of their own.
public struct LatencyPriors: Sendable, Hashable {
  /// One efficiency of `LatencyConstants.Hardware`, named as in files.
  public enum Constant: String, Sendable, CaseIterable, Hashable {
    case compute = "compute_efficiency"
    case memory = "memory_efficiency"
    case kvRead = "kv_read_efficiency"
    case attention = "attention_efficiency"
    case link = "link_efficiency"
    case collectiveLatency = "collective_latency_s"
  }

  /// What to expect of one constant before it is fitted.
  public struct Prior: Sendable, Hashable {
    /// Constant of this family ÷ constant of the reference family.
    public var ratio: Double
    /// Relative standard deviation of that ratio.
    public var deviation: Double

    public init(ratio: Double, deviation: Double) {
      self.ratio = ratio
      self.deviation = deviation
    }
  }

  /// Family that ratios refer to.
  public var reference: String
  /// Listed constants by family.
  public var families: [String: [Constant: Prior]]
  public var provenance: ProvenanceTable

  public init(
    reference: String, families: [String: [Constant: Prior]], provenance: ProvenanceTable = ProvenanceTable()
  ) {
    self.reference = reference
    self.families = families
    self.provenance = provenance
  }

  /// The prior of one constant; `nil` where nothing is known.
  public func prior(of constant: Constant, family: String) -> Prior? { families[family]?[constant] }

  /// The constants to expect of a family: those of the reference family times the ratios where they are listed, else
  /// those of `others`.
  public func hardware(
    family: String, reference: LatencyConstants.Hardware, others: LatencyConstants.Hardware
  ) -> LatencyConstants.Hardware {
    var result = others
    for (constant, prior) in families[family] ?? [:] {
      result[constant] = reference[constant] * prior.ratio
    }
    return result
  }
}

extension LatencyConstants.Hardware {
  /// One of the constants.
  public subscript(_ constant: LatencyPriors.Constant) -> Double {
    get {
      switch constant {
      case .compute: computeEfficiency
      case .memory: memoryEfficiency
      case .kvRead: kvReadEfficiency
      case .attention: attentionEfficiency
      case .link: linkEfficiency
      case .collectiveLatency: collectiveLatencySeconds
      }
    }
    set {
      switch constant {
      case .compute: computeEfficiency = newValue
      case .memory: memoryEfficiency = newValue
      case .kvRead: kvReadEfficiency = newValue
      case .attention: attentionEfficiency = newValue
      case .link: linkEfficiency = newValue
      case .collectiveLatency: collectiveLatencySeconds = newValue
      }
    }
  }
}
