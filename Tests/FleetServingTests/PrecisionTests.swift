import FleetServing
import Testing

@Suite struct PrecisionTests {
  @Test func bytesPerWeightCountTheScales() {
    #expect(Precision.bf16.bytesPerWeight == 2)
    #expect(Precision.fp16.bytesPerWeight == 2)
    #expect(Precision.int8.bytesPerWeight == 1)
    #expect(Precision.fp8.bytesPerWeight == 1 + 4.0 / 16384)
    #expect(Precision.int4.bytesPerWeight == (128 * 0.5 + 2 + 0.5) / 128)
    #expect(Precision.nvfp4.bytesPerWeight == (16 * 0.5 + 1) / 16)
    #expect(Precision.mxfp4.bytesPerWeight == (32 * 0.5 + 1) / 32)
  }

  @Test func eightBitCachesTakeOneBytePerElement() {
    #expect(Precision.bf16.kvBytesPerElement == 2)
    #expect(Precision.fp8.kvBytesPerElement == 1)
    #expect(Precision.int8.kvBytesPerElement == 1)
  }

  @Test(arguments: Precision.allCases)
  func readsItsOwnRawValue(precision: Precision) {
    #expect(Precision(spelling: precision.rawValue) == precision)
    #expect(Precision(spelling: precision.rawValue.uppercased()) == precision)
  }

  @Test(arguments: [
    ("bfloat16", Precision.bf16), ("torch.float16", .fp16), ("FP8", .fp8), ("float8_e4m3fn", .fp8), ("w4a16", .int4),
    ("W8A8", .int8), ("AWQ", .int4), ("NVFP4", .nvfp4), ("mx-fp4", .mxfp4),
  ])
  func readsCommonSpellings(spelling: String, precision: Precision) {
    #expect(Precision(spelling: spelling) == precision)
  }

  @Test(arguments: ["fp4", "w4a4", "auto", "", "bf 17"])
  func refusesWhatHasNoSingleMeaning(spelling: String) {
    #expect(Precision(spelling: spelling) == nil)
  }
}
