import FleetJSON

/// Dense and routed blocks of a model.
struct HuggingFaceBlocks {
  var dense: DenseFeedForward?
  var experts: MixtureOfExperts?

  /// - Parameters:
  ///   - denseLayers: Layers without routed experts.
  ///   - denseSize: Width of the dense layers; it may be `nil` where there are none.
  init?(denseLayers: Int, denseSize: Int?, experts: MixtureOfExperts?) {
    self.experts = experts
    if denseLayers > 0 {
      guard let denseSize else { return nil }
      dense = DenseFeedForward(layers: denseLayers, intermediateSize: denseSize)
    }
  }

  init(dense: DenseFeedForward) { self.dense = dense }
}

/// Routed experts before the number of their layers is known.
private struct Experts {
  var count: Int
  var perToken: Int
  var size: Int
  var sharedSize: Int
  /// Groups that the experts of a token come from, where the router is limited to some.
  var groupsPerToken: Int?

  init?(count: Int?, perToken: Int?, size: Int?, sharedSize: Int?) {
    guard let count, let perToken, let size, let sharedSize else { return nil }
    self.count = count
    self.perToken = perToken
    self.size = size
    self.sharedSize = sharedSize
  }

  func inLayers(_ layers: Int) -> MixtureOfExperts? {
    guard layers > 0 else { return nil }
    return MixtureOfExperts(
      layers: layers, experts: count, expertsPerToken: perToken, expertIntermediateSize: size,
      sharedExpertIntermediateSize: sharedSize, expertGroupsPerToken: groupsPerToken)
  }
}

extension HuggingFaceFamily {
  /// The feed-forward blocks; `nil` after recording faults.
  func feedForward(of fields: HuggingFaceFields, hiddenSize: Int?, layers: Int?) -> HuggingFaceBlocks? {
    let width = SizeRange.intermediate
    switch feedForward {
    case .gated:
      let size = fields.integer("intermediate_size", in: width)
      guard let size, let layers else { return nil }
      return HuggingFaceBlocks(dense: DenseFeedForward(layers: layers, intermediateSize: size))
    case .plain:
      let size = fields.present(["ffn_dim", "n_inner"]).map { $0.integer(in: width) } ?? hiddenSize.map { 4 * $0 }
      guard let size, let layers else { return nil }
      return HuggingFaceBlocks(dense: DenseFeedForward(layers: layers, intermediateSize: size, gated: false))
    case .expertsEverywhere:
      let experts = experts(of: fields, size: fields.integer("intermediate_size", in: width), sharedSize: 0)
      guard let experts, let layers else { return nil }
      return HuggingFaceBlocks(denseLayers: 0, denseSize: nil, experts: experts.inLayers(layers))
    case .qwenExperts: return qwenBlocks(of: fields, layers: layers)
    case .deepSeekExperts:
      let size = fields.integer("moe_intermediate_size", in: width)
      let experts = experts(of: fields, size: size, sharedSize: sharedSize(of: fields, expertSize: size))
      return blocks(
        of: fields, layers: layers, denseKey: "intermediate_size", experts: experts,
        routed: layers.flatMap { routedLayers(of: fields, layers: $0) })
    case .miniMaxM3Experts:
      let size = fields.integer("moe_intermediate_size", "intermediate_size", in: width)
      let shared = fields.integer("shared_intermediate_size", in: width)
      return blocks(
        of: fields, layers: layers, denseKey: "dense_intermediate_size",
        experts: experts(of: fields, size: size, sharedSize: shared),
        routed: layers.flatMap { routedLayers(of: fields, layers: $0) })
    case .stepExperts:
      let size = fields.integer("moe_intermediate_size", in: width)
      let shared = fields.integer("share_expert_dim", in: width)
      return blocks(
        of: fields, layers: layers, denseKey: "intermediate_size",
        experts: experts(of: fields, size: size, sharedSize: shared),
        routed: layers.flatMap { listedLayers(of: fields, layers: $0) })
    case .llama4Experts:
      let size = fields.integer("intermediate_size", in: width)
      return blocks(
        of: fields, layers: layers, denseKey: "intermediate_size_mlp",
        experts: experts(of: fields, size: size, sharedSize: size),
        routed: layers.flatMap { interleavedLayers(of: fields, layers: $0) })
    case .gemma4Experts:
      let size = fields.integer("intermediate_size", in: width)
      guard fields.bool("enable_moe_block", default: false) else {
        guard let size, let layers else { return nil }
        return HuggingFaceBlocks(dense: DenseFeedForward(layers: layers, intermediateSize: size))
      }
      let expertSize = fields.integer("moe_intermediate_size", in: width)
      let experts = experts(of: fields, size: expertSize, sharedSize: size)
      guard let experts, let layers else { return nil }
      return HuggingFaceBlocks(denseLayers: 0, denseSize: nil, experts: experts.inLayers(layers))
    }
  }

  private func experts(of fields: HuggingFaceFields, size: Int?, sharedSize: Int?) -> Experts? {
    let range = SizeRange.experts
    let (count, perToken): (Int?, Int?) =
      switch feedForward {
      case .deepSeekExperts:
        (
          fields.integer("n_routed_experts", "num_experts", in: range),
          fields.integer("num_experts_per_tok", in: range)
        )
      case .stepExperts:
        (
          fields.integer("moe_num_experts", "num_experts", in: range),
          fields.integer("moe_top_k", "num_experts_per_tok", in: range)
        )
      case .qwenExperts:
        (fields.integer("num_experts", in: range), fields.integer("num_experts_per_tok", in: range))
      case .gemma4Experts:
        (fields.integer("num_experts", in: range), fields.integer("top_k_experts", in: range))
      case .gated, .plain, .expertsEverywhere, .llama4Experts, .miniMaxM3Experts:
        (
          fields.integer("num_local_experts", in: range),
          fields.integer("num_experts_per_tok", "experts_per_token", in: range)
        )
      }
    var experts = Experts(count: count, perToken: perToken, size: size, sharedSize: sharedSize)
    if let groups = fields.optionalInteger("n_group", in: range), groups > 1,
      let chosen = fields.optionalInteger("topk_group", in: range), chosen < groups
    {
      experts?.groupsPerToken = chosen
    }
    return experts
  }

  private func sharedSize(of fields: HuggingFaceFields, expertSize: Int?) -> Int? {
    guard let reader = fields.present(["n_shared_experts"]) else { return 0 }
    guard let count = reader.integer(in: .closed(0, 64)), let expertSize else { return nil }
    return count * expertSize
  }

  private func blocks(
    of fields: HuggingFaceFields, layers: Int?, denseKey: String, experts: Experts?, routed: Int?
  ) -> HuggingFaceBlocks? {
    guard let layers, let routed else { return nil }
    let denseSize = routed < layers ? fields.integer(denseKey, in: SizeRange.intermediate) : nil
    guard let experts else { return nil }
    return HuggingFaceBlocks(denseLayers: layers - routed, denseSize: denseSize, experts: experts.inLayers(routed))
  }

  /// Layers with experts by `mlp_layer_types`, by a list or period in `moe_layer_freq`, or behind
  /// `first_k_dense_replace` dense ones.
  private func routedLayers(of fields: HuggingFaceFields, layers: Int) -> Int? {
    if fields.has("mlp_layer_types") {
      let types = fields.perLayer("mlp_layer_types", layers: layers) { $0.string("dense or sparse") }
      return types.map { $0.count { $0 == "sparse" } }
    }
    let frequency = fields.present(["moe_layer_freq"])
    if let frequency, frequency.isArray {
      return fields.perLayer("moe_layer_freq", layers: layers) { $0.integer(in: .closed(0, 1)) }?.reduce(0, +)
    }
    let period = frequency.map { $0.integer(in: SizeRange.layers) } ?? 1
    let first = fields.present(["first_k_dense_replace"]).map { $0.integer(in: .closed(0, 1000)) } ?? 0
    guard let period, let first else { return nil }
    return (0..<layers).count { $0 >= first && $0 % period == 0 }
  }

  /// Layers with experts by `moe_layers_enum`, a text such as `3,4,5`, or behind `first_k_dense_replace` dense ones.
  private func listedLayers(of fields: HuggingFaceFields, layers: Int) -> Int? {
    guard let reader = fields.present(["moe_layers_enum"]) else {
      return fields.integer("first_k_dense_replace", "moe_layers_enum", in: .closed(0, 1000)).map {
        max(layers - $0, 0)
      }
    }
    guard let text = reader.string("layer numbers separated by commas") else { return nil }
    let numbers = text.split(separator: ",").map { Int($0.drop { $0 == " " }) }
    guard numbers.allSatisfy({ $0 != nil }) else {
      reader.expected("layer numbers separated by commas")
      return nil
    }
    return Set(numbers.compactMap { $0 }).count { (0..<layers).contains($0) }
  }

  private func interleavedLayers(of fields: HuggingFaceFields, layers: Int) -> Int? {
    if let list = fields.present(["moe_layers"]) {
      return list.array("layer numbers")?.allOrNil { $0.integer(in: .closed(0, 999)) }?.count { $0 < layers }
    }
    let step = fields.integer("interleave_moe_layer_step", in: SizeRange.layers, classDefault: 1)
    return step.map { layers / $0 }
  }

  private func qwenBlocks(of fields: HuggingFaceFields, layers: Int?) -> HuggingFaceBlocks? {
    let width = SizeRange.intermediate
    let size = fields.integer("moe_intermediate_size", in: width)
    let needsShared = !modelTypes.contains("qwen3_moe")
    let shared =
      if let reader = fields.present(["shared_expert_intermediate_size"]) {
        reader.integer(in: SizeRange.intermediateOrNone)
      } else if needsShared {
        fields.integer("shared_expert_intermediate_size", in: width)
      } else {
        0
      }
    let experts = experts(of: fields, size: size, sharedSize: shared)
    let dense =
      fields.present(["mlp_only_layers"]).map {
        $0.array("layer numbers")?.allOrNil { $0.integer(in: .closed(0, 999)) }
      } ?? []
    let step = fields.present(["decoder_sparse_step"]).map { $0.integer(in: SizeRange.layers) } ?? 1
    guard let layers, let dense, let step else { return nil }
    let routed = (0..<layers).count { !dense.contains($0) && ($0 + 1) % step == 0 }
    return blocks(of: fields, layers: layers, denseKey: "intermediate_size", experts: experts, routed: routed)
  }
}
