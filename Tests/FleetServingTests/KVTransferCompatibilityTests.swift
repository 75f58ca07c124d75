import FleetServing
import Testing

@Suite struct KVTransferCompatibilityTests {
  private static let base = KVLayout(
    layout: "NHD", blockSizeTokens: 16, precision: .bf16, tensorDegree: 8, kvHeads: 8)

  private static func layout(_ change: (inout KVLayout) -> Void) -> KVLayout {
    var layout = base
    change(&layout)
    return layout
  }

  @Test func equalLayoutsNeedNothing() {
    #expect(KVCompatibility.check(from: Self.base, to: Self.base) == .compatible(conversions: []))
  }

  @Test(arguments: [
    (layout { $0.layout = "HND" }, KVConversion.layout(from: "NHD", to: "HND")),
    (layout { $0.blockSizeTokens = 128 }, .blockSize(from: 16, to: 128)),
    (layout { $0.precision = .fp8 }, .precision(from: .bf16, to: .fp8)),
    (layout { $0.precision = .fp16 }, .precision(from: .bf16, to: .fp16)),
    (layout { $0.precision = .int8 }, .precision(from: .bf16, to: .int8)),
    (layout { $0.tensorDegree = 4 }, .tensorDegree(from: 8, to: 4)),
  ])
  func differencesAreConverted(target: KVLayout, conversion: KVConversion) {
    #expect(KVCompatibility.check(from: Self.base, to: target) == .compatible(conversions: [conversion]))
    #expect(KVCompatibility.check(from: target, to: Self.base).isCompatible)
  }

  @Test(arguments: [
    (layout { $0.blockSizeTokens = 24 }, "block sizes 16 and 24: neither divides the other"),
    (layout { $0.precision = .int4 }, "no cast of a KV cache from bf16 to int4"),
    (layout { $0.kvHeads = 4 }, "caches of 8 and of 4 KV heads"),
  ])
  func otherDifferencesAreRefused(target: KVLayout, reason: String) {
    #expect(KVCompatibility.check(from: Self.base, to: target) == .incompatible(reason: reason))
    #expect(!KVCompatibility.check(from: target, to: Self.base).isCompatible)
  }

  @Test func eightBitFormatsDoNotConvertIntoOneAnother() {
    let fp8 = Self.layout { $0.precision = .fp8 }
    let int8 = Self.layout { $0.precision = .int8 }
    #expect(
      KVCompatibility.check(from: fp8, to: int8) == .incompatible(reason: "no cast of a KV cache from fp8 to int8"))
    #expect(KVCompatibility.check(from: fp8, to: fp8).isCompatible)
  }

  /// 6 heads over 2 and over 3 devices are 3 and 2 per device.
  @Test func headsThatDoNotDivideAreRefused() {
    let two = KVLayout(layout: "HND", blockSizeTokens: 16, precision: .bf16, tensorDegree: 2, kvHeads: 6)
    var three = two
    three.tensorDegree = 3
    #expect(
      KVCompatibility.check(from: two, to: three)
        == .incompatible(reason: "TP2 and TP3 hold 3 and 2 KV heads per device: neither divides the other"))
  }

  /// Beyond one head per device the split no longer changes: neither for scarce heads nor for a latent cache.
  @Test func copiesNeedNoResplit() {
    let latent = KVLayout(layout: "NHD", blockSizeTokens: 64, precision: .bf16, tensorDegree: 1, kvHeads: 1)
    var wide = latent
    wide.tensorDegree = 8
    #expect(KVCompatibility.check(from: latent, to: wide) == .compatible(conversions: []))
  }

  @Test func instancesAgreeOnWhatBothSupport() {
    func instance(_ layouts: [String], _ blocks: [Int], tensor: Int = 1) -> InstanceConfiguration {
      var device = RoundNumbers.device()
      device.kvLayout = KVLayoutTraits(layouts: layouts, blockSizesTokens: blocks, precisions: [.bf16])
      return RoundNumbers.configuration(RoundNumbers.dense, ParallelStrategy(tensor: tensor), device: device)
    }
    let flexible = instance(["NHD", "HND"], [16, 32, 64, 128])
    let headFirst = instance(["HND"], [128])
    #expect(KVCompatibility.check(from: flexible, to: headFirst) == .compatible(conversions: []))
    #expect(KVCompatibility.check(from: headFirst, to: flexible) == .compatible(conversions: []))
    let tokenFirst = instance(["NHD"], [16])
    #expect(
      KVCompatibility.check(from: tokenFirst, to: headFirst)
        == .compatible(conversions: [.layout(from: "NHD", to: "HND"), .blockSize(from: 16, to: 128)]))
    let agreed = KVLayout.agreed(from: flexible, to: instance(["NHD", "HND"], [64], tensor: 2))
    #expect(agreed?.from.layout == "HND" && agreed?.to.layout == "HND")
    #expect(agreed?.from.blockSizeTokens == 64 && agreed?.to.blockSizeTokens == 64)
    #expect(!KVCompatibility.check(from: flexible, to: instance([], [16])).isCompatible)
  }

  @Test func cachesOfDifferentModelsAreRefused() {
    let check = KVCompatibility.check(
      from: RoundNumbers.configuration(RoundNumbers.dense), to: RoundNumbers.configuration(RoundNumbers.latent))
    #expect(check == .incompatible(reason: "caches of dense and latent"))
  }

  @Test func conversionsReadWell() {
    #expect(KVConversion.blockSize(from: 16, to: 128).text == "block size 16 → 128")
    #expect(KVConversion.precision(from: .bf16, to: .fp8).text == "precision bf16 → fp8")
  }
}
