/// Number format of stored weights or of a stored KV cache.
///
/// The raw value is the spelling used in every file of this package (`weights: "nvfp4"`).
public enum Precision: String, Sendable, CaseIterable, Hashable {
  /// bfloat16, 2 bytes.
  case bf16
  /// IEEE 754 half precision, 2 bytes.
  case fp16
  /// 8-bit floating point (E4M3 or E5M2), 1 byte.
  case fp8
  /// 8-bit integer with one scale per output channel, 1 byte.
  case int8
  /// 4-bit integer in groups of 128 with a 16-bit scale and a 4-bit zero point (the usual GPTQ and AWQ layout).
  case int4
  /// NVIDIA FP4: E2M1 elements in blocks of 16 with one FP8 scale.
  case nvfp4
  /// OCP microscaling FP4: E2M1 elements in blocks of 32 with one E8M0 scale.
  case mxfp4
}

extension Precision {
  /// Bits of one element without its scales.
  public var bitsPerElement: Int {
    switch self {
    case .bf16, .fp16: 16
    case .fp8, .int8: 8
    case .int4, .nvfp4, .mxfp4: 4
    }
  }

  /// Bytes of scales (and zero points) that belong to one weight.
  ///
  /// | format | scale bytes / weights that share them |
  /// |---|---|
  /// | fp8 | 4 / (128·128), one FP32 scale per block as in the DeepSeek-V3 checkpoints |
  /// | int4 | (2 + 0.5) / 128, a 16-bit scale and a 4-bit zero point per group |
  /// | nvfp4 | 1 / 16; the FP32 scale per tensor is negligible |
  /// | mxfp4 | 1 / 32, OCP Microscaling Formats 1.0 |
  /// | bf16, fp16, int8 | 0; int8 scales per output channel are negligible |
  public var scaleBytesPerWeight: Double {
    switch self {
    case .bf16, .fp16, .int8: 0
    case .fp8: 4.0 / (128 * 128)
    case .int4: 2.5 / 128
    case .nvfp4: 1.0 / 16
    case .mxfp4: 1.0 / 32
    }
  }

  /// Bytes of one stored weight, scales included: `bitsPerElement / 8 + scaleBytesPerWeight`.
  public var bytesPerWeight: Double { Double(bitsPerElement) / 8 + scaleBytesPerWeight }

  /// Bytes of one stored KV-cache element.
  ///
  /// 8-bit caches use one scale per tensor or per head, which is negligible. The 4-bit formats carry the same scales as
  /// weights: one group of 128 elements of int4 is one attention head of the usual width.
  public var kvBytesPerElement: Double {
    switch self {
    case .bf16, .fp16, .fp8, .int8: Double(bitsPerElement) / 8
    case .int4, .nvfp4, .mxfp4: bytesPerWeight
    }
  }
}

extension Precision {
  /// The precision meant by a common spelling, or `nil`.
  ///
  /// Case, `torch.` in front and the separators `-`, `_`, `.` and space do not matter: `torch.bfloat16`, `FP8`,
  /// `float8_e4m3fn`, `W4A16`, `w8a8-int8`. Spellings that mean different formats on different hardware (`fp4`,
  /// `w4a4`, `auto`) are refused.
  public init?(spelling: String) {
    var text = spelling.lowercased()
    if text.hasPrefix("torch.") { text.removeFirst("torch.".count) }
    text.removeAll { "-_. ".contains($0) }
    guard let found = Self.spellings[text] else { return nil }
    self = found
  }

  private static let spellings: [String: Precision] = {
    let table: [(Precision, [String])] = [
      (.bf16, ["bf16", "bfloat16", "w16a16"]),
      (.fp16, ["fp16", "float16", "half", "f16"]),
      (
        .fp8,
        ["fp8", "float8", "float8e4m3fn", "float8e4m3", "float8e5m2", "fp8e4m3", "fp8e5m2", "fp8block"]
          + ["w8a8fp8", "fp8w8a8", "e4m3", "e5m2"]
      ),
      (.int8, ["int8", "w8a8", "w8a16", "w8a8int8", "int8w8a8"]),
      (.int4, ["int4", "w4a16", "awq", "gptq", "int4awq", "int4gptq", "w4a16awq"]),
      (.nvfp4, ["nvfp4", "modeloptfp4", "nvfp4w4a4"]),
      (.mxfp4, ["mxfp4", "w4a16mxfp4", "mxfp4w4a16"]),
    ]
    var spellings: [String: Precision] = [:]
    for (precision, names) in table {
      for name in names { spellings[name] = precision }
    }
    return spellings
  }()
}
