/// Fitted constants of the latency model, with what they were fitted on.
///
/// Constants are effective values: they absorb what the formulas leave out, so that a memory efficiency may exceed 1.
/// Symbols in parentheses are those of `docs/latency-model.md`.
public struct LatencyConstants: Sendable, Hashable {
  /// Efficiencies of an accelerator family.
  public struct Hardware: Sendable, Hashable {
    /// Share of the datasheet arithmetic rate that matrix products approach when operands cost nothing (e_c).
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
    /// Factor on the overheads of layers, which depend on the software of a vendor (v).
    public var overheadFactor: Double
    /// Factor on the additional overhead of layers with experts (v_x).
    public var expertOverheadFactor: Double

    public init(
      computeEfficiency: Double, memoryEfficiency: Double, kvReadEfficiency: Double, attentionEfficiency: Double,
      linkEfficiency: Double, collectiveLatencySeconds: Double, overheadFactor: Double = 1,
      expertOverheadFactor: Double = 1
    ) {
      self.computeEfficiency = computeEfficiency
      self.memoryEfficiency = memoryEfficiency
      self.kvReadEfficiency = kvReadEfficiency
      self.attentionEfficiency = attentionEfficiency
      self.linkEfficiency = linkEfficiency
      self.collectiveLatencySeconds = collectiveLatencySeconds
      self.overheadFactor = overheadFactor
      self.expertOverheadFactor = expertOverheadFactor
    }
  }

  /// Overheads of a serving backend.
  public struct Backend: Sendable, Hashable {
    /// Per layer of a step [s] (t_l).
    public var decodeLayerSeconds: Double
    /// Per layer of a step with many prompt tokens, in addition [s] (t_lp); with few tokens less, see
    /// `Shared.promptOverheadTokens`.
    public var prefillLayerSeconds: Double
    /// Host work per running sequence of a rank and step [s] (S_b), done while the device works.
    public var sequenceSeconds: Double
    /// Per step [s] (S_0).
    public var stepSeconds: Double
    /// Decode steps after which the first token of a request of a closed-loop benchmark is seen (K_D): the client's and the
    /// scheduler's intervals. An open-loop queue model must not add it.
    public var closedLoopWaitSteps: Double
    /// Share of the other sequences whose prompts arrive at the same time in a closed loop (f).
    public var burstShare: Double
    /// The same when all answers have one length (f_w): sequences then end, and begin, in waves.
    public var waveShare: Double
    /// Time of a request outside the device, whatever its length, in a closed-loop benchmark [s] (t_r).
    public var requestSeconds: Double
    /// As `closedLoopWaitSteps`, where prefill and decode run on different instances (K_R).
    public var remoteWaitSteps: Double
    /// As `requestSeconds`, where prefill and decode run on different instances [s] (t_rr).
    public var remoteRequestSeconds: Double

    public init(
      decodeLayerSeconds: Double, prefillLayerSeconds: Double, sequenceSeconds: Double, stepSeconds: Double,
      closedLoopWaitSteps: Double, burstShare: Double, waveShare: Double, requestSeconds: Double = 0,
      remoteWaitSteps: Double = 0, remoteRequestSeconds: Double = 0
    ) {
      self.decodeLayerSeconds = decodeLayerSeconds
      self.prefillLayerSeconds = prefillLayerSeconds
      self.sequenceSeconds = sequenceSeconds
      self.stepSeconds = stepSeconds
      self.closedLoopWaitSteps = closedLoopWaitSteps
      self.burstShare = burstShare
      self.waveShare = waveShare
      self.requestSeconds = requestSeconds
      self.remoteWaitSteps = remoteWaitSteps
      self.remoteRequestSeconds = remoteRequestSeconds
    }
  }

  /// Factors that one fit shares between families and backends.
  public struct Shared: Sendable, Hashable {
    /// Arithmetic per byte of memory bandwidth at which moving operands takes as long as multiplying them [FLOP/byte] (κ).
    public var operandIntensity: Double
    /// The same for routed experts with few tokens each [FLOP/byte] (κ_x).
    public var expertIntensity: Double
    /// Tokens of an expert with which its intensity has doubled (m_x).
    public var expertIntensityTokens: Double
    /// Share of the shorter of reading and multiplying routed experts that is not hidden behind the longer one: 1 when they
    /// take turns.
    public var expertSerialShare: Double
    /// Factor on the memory efficiency of routed experts.
    public var expertMemoryFactor: Double
    /// Further factor on the memory efficiency of routed experts in a 4-bit format that the accelerator multiplies in.
    public var nativeFourBitMemoryFactor: Double
    /// Bytes that norms, activations and casts move per token, layer and element of the hidden state (c_e).
    public var activationTraffic: Double
    /// Additional layer overhead of mixture-of-experts models, as a fraction.
    public var expertLayerOverhead: Double
    /// Additional layer overhead of latent attention, as a fraction.
    public var latentLayerOverhead: Double
    /// Additional overhead of a layer with linear attention, as a fraction.
    public var linearLayerOverhead: Double
    /// Prompt tokens of a step with which the overhead of prompts has reached its half [tokens] (T_0).
    public var promptOverheadTokens: Double
    /// Time of tokenising and handling one prompt token outside the device [s/token] (T_k).
    public var promptTokenSeconds: Double
    /// Share by which software gets faster a month (a).
    public var monthlySpeedup: Double
    /// Share of a first wave of prompts that is in the queue together, in benchmarks of several waves (ω).
    public var firstWaveShare: Double

    public init(
      operandIntensity: Double = .infinity, expertIntensity: Double = .infinity, expertIntensityTokens: Double = 1,
      expertSerialShare: Double = 0, expertMemoryFactor: Double, nativeFourBitMemoryFactor: Double,
      activationTraffic: Double = 0,
      expertLayerOverhead: Double, latentLayerOverhead: Double, linearLayerOverhead: Double,
      promptOverheadTokens: Double = 0, promptTokenSeconds: Double, monthlySpeedup: Double = 0,
      firstWaveShare: Double = 1
    ) {
      self.operandIntensity = operandIntensity
      self.expertIntensity = expertIntensity
      self.expertIntensityTokens = expertIntensityTokens
      self.expertSerialShare = expertSerialShare
      self.expertMemoryFactor = expertMemoryFactor
      self.nativeFourBitMemoryFactor = nativeFourBitMemoryFactor
      self.activationTraffic = activationTraffic
      self.expertLayerOverhead = expertLayerOverhead
      self.latentLayerOverhead = latentLayerOverhead
      self.linearLayerOverhead = linearLayerOverhead
      self.promptOverheadTokens = promptOverheadTokens
      self.promptTokenSeconds = promptTokenSeconds
      self.monthlySpeedup = monthlySpeedup
      self.firstWaveShare = firstWaveShare
    }
  }

  /// What applies to one family under one backend.
  public struct Fit: Sendable, Hashable {
    public var hardware: Hardware
    public var backend: Backend
    public var shared: Shared
    public var engine: ServingEngine

    public init(hardware: Hardware, backend: Backend, shared: Shared, engine: ServingEngine = .plain) {
      self.hardware = hardware
      self.backend = backend
      self.shared = shared
      self.engine = engine
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
  /// How engines behave, by serving backend: stated, not fitted.
  public var engines: [String: ServingEngine]
  /// Any other engine.
  public var otherEngine: ServingEngine
  /// Date of the software that constants without a date stand for [months since 2024-01].
  public var softwareMonth: Double
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
    engines: [String: ServingEngine] = [:], otherEngine: ServingEngine = .plain, softwareMonth: Double = 22,
    otherFamily: Hardware, memory: Memory, transfer: Transfer, corrections: LatencyCorrections = .none,
    errors: LatencyErrors = LatencyErrors(), coverage: [Coverage] = [],
    provenance: ProvenanceTable = ProvenanceTable()
  ) {
    self.engines = engines
    self.otherEngine = otherEngine
    self.softwareMonth = softwareMonth
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
    Fit(
      hardware: families[family] ?? otherFamily, backend: backends[backend] ?? otherBackend, shared: shared,
      engine: engine(backend))
  }

  /// How an engine behaves.
  public func engine(_ backend: String) -> ServingEngine { engines[backend] ?? otherEngine }
}
