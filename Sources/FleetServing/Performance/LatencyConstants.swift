/// Fitted constants of the latency model, with what they were fitted on.
///
/// Constants are effective values: they absorb what the formulas leave out, so that a memory efficiency may exceed 1.
/// Symbols in parentheses are those of `docs/latency-model.md`.
public struct LatencyConstants: Sendable, Hashable {
  /// Efficiencies of an accelerator family.
  public struct Hardware: Sendable, Hashable {
    /// Share of the datasheet arithmetic rate that matrix products reach (e_c).
    public var computeEfficiency: Double
    /// Share of the memory bandwidth that reading weights reaches (e_m).
    public var memoryEfficiency: Double
    /// Share of the memory bandwidth that reading KV reaches (e_kv).
    public var kvReadEfficiency: Double
    /// Share of the 16-bit arithmetic rate that attention reaches (e_at).
    public var attentionEfficiency: Double
    /// Share of the link bandwidth that collectives reach (e_l).
    public var linkEfficiency: Double
    /// Fixed time of one collective [s] (α).
    public var collectiveLatencySeconds: Double

    public init(
      computeEfficiency: Double, memoryEfficiency: Double, kvReadEfficiency: Double, attentionEfficiency: Double,
      linkEfficiency: Double, collectiveLatencySeconds: Double
    ) {
      self.computeEfficiency = computeEfficiency
      self.memoryEfficiency = memoryEfficiency
      self.kvReadEfficiency = kvReadEfficiency
      self.attentionEfficiency = attentionEfficiency
      self.linkEfficiency = linkEfficiency
      self.collectiveLatencySeconds = collectiveLatencySeconds
    }
  }

  /// Overheads of a serving backend.
  public struct Backend: Sendable, Hashable {
    /// Per layer of a step without prompt tokens [s] (t_l).
    public var decodeLayerSeconds: Double
    /// Per layer of a step with prompt tokens [s] (t_lp); such a step costs no less than one without.
    public var prefillLayerSeconds: Double
    /// Per running sequence of a rank and step [s] (S_b).
    public var sequenceSeconds: Double
    /// Per step [s] (S_0).
    public var stepSeconds: Double
    /// Decode steps that a request of a closed-loop benchmark waits before its prompt is taken (K_D). An open-loop
    /// queue model represents that wait itself and must not add it.
    public var closedLoopWaitSteps: Double
    /// Share of the other sequences whose prompts arrive at the same time in a closed loop (f).
    public var burstShare: Double
    /// The same when all answers have one length (f_w): sequences then end, and begin, in waves.
    public var waveShare: Double

    public init(
      decodeLayerSeconds: Double, prefillLayerSeconds: Double, sequenceSeconds: Double, stepSeconds: Double,
      closedLoopWaitSteps: Double, burstShare: Double, waveShare: Double
    ) {
      self.decodeLayerSeconds = decodeLayerSeconds
      self.prefillLayerSeconds = prefillLayerSeconds
      self.sequenceSeconds = sequenceSeconds
      self.stepSeconds = stepSeconds
      self.closedLoopWaitSteps = closedLoopWaitSteps
      self.burstShare = burstShare
      self.waveShare = waveShare
    }
  }

  /// Factors that one fit shares between families and backends.
  public struct Shared: Sendable, Hashable {
    /// Efficiency of 8-bit arithmetic relative to 16-bit (q).
    public var eightBitEfficiency: Double
    /// Efficiency of 4-bit arithmetic relative to 16-bit (q).
    public var fourBitEfficiency: Double
    /// Factor on the compute efficiency of routed experts.
    public var expertComputeFactor: Double
    /// Factor on the memory efficiency of routed experts.
    public var expertMemoryFactor: Double
    /// Further factor on the memory efficiency of routed experts in a 4-bit format that the accelerator multiplies in.
    public var nativeFourBitMemoryFactor: Double
    /// Additional layer overhead of mixture-of-experts models, as a fraction.
    public var expertLayerOverhead: Double
    /// Additional layer overhead of latent attention, as a fraction.
    public var latentLayerOverhead: Double
    /// Additional overhead of a layer with linear attention, as a fraction.
    public var linearLayerOverhead: Double
    /// Share of the prompts of the other sequences that lengthen a token's step in a closed loop (φ).
    public var interferenceShare: Double
    /// Time of tokenising and handling one prompt token outside the device [s/token] (T_k).
    public var promptTokenSeconds: Double

    public init(
      eightBitEfficiency: Double, fourBitEfficiency: Double, expertComputeFactor: Double, expertMemoryFactor: Double,
      nativeFourBitMemoryFactor: Double, expertLayerOverhead: Double, latentLayerOverhead: Double,
      linearLayerOverhead: Double, interferenceShare: Double, promptTokenSeconds: Double
    ) {
      self.eightBitEfficiency = eightBitEfficiency
      self.fourBitEfficiency = fourBitEfficiency
      self.expertComputeFactor = expertComputeFactor
      self.expertMemoryFactor = expertMemoryFactor
      self.nativeFourBitMemoryFactor = nativeFourBitMemoryFactor
      self.expertLayerOverhead = expertLayerOverhead
      self.latentLayerOverhead = latentLayerOverhead
      self.linearLayerOverhead = linearLayerOverhead
      self.interferenceShare = interferenceShare
      self.promptTokenSeconds = promptTokenSeconds
    }
  }

  /// What applies to one family under one backend.
  public struct Fit: Sendable, Hashable {
    public var hardware: Hardware
    public var backend: Backend
    public var shared: Shared

    public init(hardware: Hardware, backend: Backend, shared: Shared) {
      self.hardware = hardware
      self.backend = backend
      self.shared = shared
    }
  }

  /// How much of device memory a backend uses for what.
  public struct Memory: Sendable, Hashable {
    /// Share of device memory that a backend may fill (u).
    public var usableShare: Double
    /// Activations, graphs and buffers per device [bytes] (O).
    public var overheadBytesPerDevice: Double
    /// O of backends that differ [bytes].
    public var overheadBytesByBackend: [String: Double]

    public init(usableShare: Double, overheadBytesPerDevice: Double, overheadBytesByBackend: [String: Double] = [:]) {
      self.usableShare = usableShare
      self.overheadBytesPerDevice = overheadBytesPerDevice
      self.overheadBytesByBackend = overheadBytesByBackend
    }

    /// O of a backend [bytes].
    public func overheadBytes(backend: String) -> Double {
      overheadBytesByBackend[backend] ?? overheadBytesPerDevice
    }
  }

  /// Constants of moving a KV cache between instances.
  public struct Transfer: Sendable, Hashable {
    /// Fixed time of one transfer [s].
    public var fixedSeconds: Double
    /// Share of the link bandwidth that a transfer reaches.
    public var linkEfficiency: Double
    /// Share of the memory bandwidth that one conversion pass reaches.
    public var conversionMemoryEfficiency: Double
    /// Time of one additional descriptor on the device that issues most of them [s].
    public var descriptorSeconds: Double

    public init(
      fixedSeconds: Double, linkEfficiency: Double, conversionMemoryEfficiency: Double, descriptorSeconds: Double
    ) {
      self.fixedSeconds = fixedSeconds
      self.linkEfficiency = linkEfficiency
      self.conversionMemoryEfficiency = conversionMemoryEfficiency
      self.descriptorSeconds = descriptorSeconds
    }
  }

  /// Rows of measurements that a family and a backend were fitted on together.
  public struct Coverage: Sendable, Hashable {
    public var family: String
    public var backend: String
    /// Model id; `nil` when rows of several models are counted together.
    public var model: String?
    public var rows: Int

    public init(family: String, backend: String, model: String? = nil, rows: Int) {
      self.family = family
      self.backend = backend
      self.model = model
      self.rows = rows
    }
  }

  /// Fitted families by id.
  public var families: [String: Hardware]
  /// Fitted backends by id.
  public var backends: [String: Backend]
  /// Overheads of any other backend: the geometric mean of the fitted ones of today.
  public var otherBackend: Backend
  public var shared: Shared
  /// Efficiencies of any other family: the mean from which the fitted ones deviate.
  public var otherFamily: Hardware
  public var memory: Memory
  public var transfer: Transfer
  /// Measured deviations of groups of configurations, and profiles of single ones.
  public var corrections: LatencyCorrections
  /// Errors of predictions of configurations that were left out of the fit.
  public var errors: LatencyErrors
  /// Which end of the bands of `errors` is predicted.
  public var margin = LatencyMargin.none
  /// What was fitted on how many rows.
  public var coverage: [Coverage]
  public var provenance: ProvenanceTable

  public init(
    families: [String: Hardware], backends: [String: Backend], otherBackend: Backend, shared: Shared,
    otherFamily: Hardware, memory: Memory, transfer: Transfer, corrections: LatencyCorrections = .none,
    errors: LatencyErrors = LatencyErrors(), coverage: [Coverage] = [],
    provenance: ProvenanceTable = ProvenanceTable()
  ) {
    self.families = families
    self.backends = backends
    self.otherBackend = otherBackend
    self.shared = shared
    self.otherFamily = otherFamily
    self.memory = memory
    self.transfer = transfer
    self.corrections = corrections
    self.errors = errors
    self.coverage = coverage
    self.provenance = provenance
  }

  /// The constants that apply to an accelerator family under a backend; means where one of them is not known.
  public func fit(family: String, backend: String) -> Fit {
    Fit(hardware: families[family] ?? otherFamily, backend: backends[backend] ?? otherBackend, shared: shared)
  }
}
