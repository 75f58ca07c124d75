/// 16-bit formats: a device that multiplies bf16 multiplies fp16 at the same rate, and both take the same memory, so that
/// catalogs list bf16 alone. The reverse does not hold: parts with fp16 alone (Volta, Turing) have no bf16.
extension Accelerator {
  /// Whether weights can be held and multiplied in a precision: it is listed, or it is fp16 where bf16 is listed.
  public func holdsWeights(in precision: Precision) -> Bool {
    weightPrecisions.holds(precision)
  }

  /// Whether KV caches can be stored in a precision: it is listed, or it is fp16 where bf16 is listed.
  public func storesKV(in precision: Precision) -> Bool {
    kvLayout.precisions.holds(precision)
  }

  /// The 16-bit format under which measurements of weights in `precision` are filed: the listed one where only the other is
  /// listed.
  func listed(_ precision: Precision) -> Precision {
    let other: Precision? =
      switch precision {
      case .fp16: .bf16
      case .bf16: .fp16
      default: nil
      }
    guard let other, !weightPrecisions.contains(precision), weightPrecisions.contains(other) else { return precision }
    return other
  }
}

extension [Precision] {
  fileprivate func holds(_ precision: Precision) -> Bool {
    contains(precision) || precision == .fp16 && contains(.bf16)
  }
}
