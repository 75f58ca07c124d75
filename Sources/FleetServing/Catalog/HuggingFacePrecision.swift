import FleetJSON

/// Precision of the published weights.
struct HuggingFacePrecision {
  var precision: Precision
  var scope: QuantizedMatrices = .linear
  /// Bytes per weight where they differ from the usual ones of the precision.
  var bytesPerWeight: Double?

  /// Reads `quantization_config`, or else `dtype` (`torch_dtype` in older files).
  /// - Returns: `nil` after recording a fault for a quantisation that no `Precision` describes.
  static func read(from fields: HuggingFaceFields) -> HuggingFacePrecision? {
    let quantization = fields.text.optional("quantization_config") ?? fields.root.optional("quantization_config")
    guard let quantization else { return unquantized(fields) }
    guard let settings = quantization.dictionary("the quantisation of the weights"),
      let method = settings.string("quant_method"), var found = byMethod(method, settings)
    else { return nil }
    let unconverted = settings.optional("modules_to_not_convert") ?? settings.optional("ignore")
    let names = (unconverted?.array() ?? []).compactMap { $0.isString ? $0.string() : nil }
    if names.contains(where: { $0.contains("self_attn") && !$0.contains("_proj") && !$0.contains("norm") }) {
      found.scope = .routedExperts
    }
    return found
  }

  private static func byMethod(_ method: String, _ settings: JSONObject) -> HuggingFacePrecision? {
    switch method {
    case "fp8", "fbgemm_fp8": return HuggingFacePrecision(precision: .fp8)
    case "mxfp4": return HuggingFacePrecision(precision: .mxfp4)
    case "awq", "gptq", "auto-round": return weightOnly(settings)
    case "compressed-tensors": return compressedTensors(settings)
    case "modelopt": return modelOptimizer(settings)
    default:
      settings.fault(
        "quant_method", "the quantisation \"\(method)\" is not supported",
        hint: "supported: fp8, mxfp4, awq, gptq, auto-round, compressed-tensors, modelopt")
      return nil
    }
  }

  private static func unquantized(_ fields: HuggingFaceFields) -> HuggingFacePrecision? {
    let keys = ["dtype", "torch_dtype"]
    let readers = [fields.text, fields.root].flatMap { object in keys.compactMap { object.optional($0) } }
    guard let reader = readers.first else {
      fields.notes.add("dtype is absent: bf16 is assumed")
      return HuggingFacePrecision(precision: .bf16)
    }
    guard let word = reader.string("a number format") else { return nil }
    if word == "float32" {
      fields.notes.add("dtype is float32: bf16 is assumed for serving")
      return HuggingFacePrecision(precision: .bf16)
    }
    guard let known = Precision(spelling: word) else {
      reader.fault("the number format \"\(word)\" is not supported", hint: "supported: bfloat16, float16, float32")
      return nil
    }
    return HuggingFacePrecision(precision: known)
  }

  /// `bits` and `group_size` of AWQ and GPTQ; scales take 16 bit a group and zero points as much as one weight.
  private static func weightOnly(_ settings: JSONObject) -> HuggingFacePrecision? {
    guard let bits = settings.integer("bits", in: .closed(1, 16)) else { return nil }
    switch bits {
    case 8: return HuggingFacePrecision(precision: .int8)
    case 4: return fourBit(groupSize: settings.optionalInteger("group_size", in: .closed(-1, 65536)), symmetric: false)
    default:
      settings.fault("bits", "\(bits)-bit weights are not supported", hint: "supported: 4, 8")
      return nil
    }
  }

  private static func fourBit(groupSize: Int?, symmetric: Bool) -> HuggingFacePrecision {
    guard let groupSize, groupSize > 0, groupSize != 128 || symmetric else {
      return HuggingFacePrecision(precision: .int4)
    }
    return HuggingFacePrecision(
      precision: .int4, bytesPerWeight: 0.5 + (symmetric ? 2 : 2.5) / Double(groupSize))
  }

  /// The weights of the first group of a compressed-tensors configuration.
  private static func compressedTensors(_ settings: JSONObject) -> HuggingFacePrecision? {
    guard let groups = settings.dictionary("config_groups") else { return nil }
    guard let first = groups.entries.first?.value else {
      settings.fault("config_groups", "expected at least one group")
      return nil
    }
    guard let weights = first.dictionary()?.dictionary("weights"),
      let bits = weights.integer("num_bits", in: .closed(1, 16))
    else { return nil }
    let type = weights.optionalString("type") ?? "int"
    let size = weights.optionalInteger("group_size", in: .closed(-1, 65536))
    switch (type, bits, size) {
    case ("float", 8, _): return HuggingFacePrecision(precision: .fp8)
    case ("float", 4, 16): return HuggingFacePrecision(precision: .nvfp4)
    case ("float", 4, 32): return HuggingFacePrecision(precision: .mxfp4)
    case ("int", 8, _): return HuggingFacePrecision(precision: .int8)
    case ("int", 4, _): return fourBit(groupSize: size, symmetric: weights.bool("symmetric", default: true))
    default:
      weights.fault("num_bits", "\(bits)-bit \(type) weights are not supported")
      return nil
    }
  }

  private static func modelOptimizer(_ settings: JSONObject) -> HuggingFacePrecision? {
    guard let algorithm = settings.string("quant_algo") else { return nil }
    switch algorithm {
    case "FP8", "FP8_PB_WO": return HuggingFacePrecision(precision: .fp8)
    case "NVFP4": return HuggingFacePrecision(precision: .nvfp4)
    case "W4A16_AWQ": return HuggingFacePrecision(precision: .int4)
    default:
      settings.fault("quant_algo", "the quantisation \"\(algorithm)\" is not supported")
      return nil
    }
  }
}
