import FleetServing

/// Random configurations of the catalog that can run, with sizes spread evenly over decades.
struct RandomConfigurations {
  struct Case: CustomStringConvertible {
    var configuration: InstanceConfiguration
    var batch: Double
    var context: Double
    var prompt: Double

    var description: String {
      "\(RandomConfigurations.text(configuration)) b \(batch) s \(context) prompt \(prompt)"
    }
  }

  let catalog: Catalog
  let latency: LatencyModel
  private var generator: SeededGenerator

  init(catalog: Catalog, latency: LatencyModel, seed: UInt64) {
    self.catalog = catalog
    self.latency = latency
    generator = SeededGenerator(seed: seed)
  }

  static func text(_ c: InstanceConfiguration) -> String {
    "\(c.model.id) \(c.accelerator.id) \(c.strategy) \(c.weightPrecision) KV \(c.kvPrecision) \(c.backend)"
  }

  mutating func next() -> InstanceConfiguration {
    while true {
      guard let model = catalog.models.randomElement(using: &generator),
        let accelerator = catalog.accelerators.randomElement(using: &generator),
        let weights = accelerator.weightPrecisions.randomElement(using: &generator),
        let kv = accelerator.kvLayout.precisions.randomElement(using: &generator),
        let tensor = accelerator.tensorParallelDegrees.randomElement(using: &generator),
        let backend = (accelerator.backends + ["other"]).randomElement(using: &generator)
      else { continue }
      let data = model.isMixtureOfExperts ? [1, 2, 8].randomElement(using: &generator) ?? 1 : 1
      let strategy = ParallelStrategy(
        tensor: tensor, pipeline: [1, 1, 2, 3].randomElement(using: &generator) ?? 1,
        expert: model.isMixtureOfExperts && Bool.random(using: &generator) ? tensor * data : 1, data: data)
      let configuration = InstanceConfiguration(
        model: model, accelerator: accelerator, strategy: strategy, weightPrecision: weights, kvPrecision: kv,
        backend: backend)
      if latency.unsupportedReason(configuration) == nil { return configuration }
    }
  }

  mutating func nextCase() -> Case {
    let configuration = next()
    return Case(
      configuration: configuration, batch: size(decades: 3.5), context: size(decades: 5), prompt: size(decades: 4.5))
  }

  /// A size between 1 and `10^decades`, straight lines between the powers of ten.
  mutating func size(decades: Double) -> Double {
    var result = 1.0
    var rest = Double.random(in: 0...decades, using: &generator)
    while rest >= 1 {
      result *= 10
      rest -= 1
    }
    return result * (1 + 9 * rest)
  }
}
