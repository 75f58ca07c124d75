import FleetJSON
import Testing

@Suite struct LimitTests {
  @Test func nestingBeyondTheLimitIsAFault() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      let inner = open == "[" ? "" : "0"
      let deepest = String(repeating: open, count: 64) + inner + String(repeating: close, count: 64)
      #expect(firstFault(Array(deepest.utf8)) == nil)
      let deeper = String(repeating: open, count: 65) + inner + String(repeating: close, count: 65)
      #expect(firstFault(Array(deeper.utf8))?.hasSuffix("expected at most 64 levels of nesting, found more") == true)
    }
  }

  @Test func aMillionBracketsDoNotOverflowTheStack() {
    let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    #expect(firstFault(bytes)?.hasSuffix("expected at most 64 levels of nesting, found more") == true)
    let widest = JSONLimits(maximumDepth: JSONLimits.deepest)
    #expect(firstFault(bytes, limits: widest)?.hasSuffix("expected at most 512 levels of nesting, found more") == true)
    #expect(firstFault(Array(bytes[..<512]), limits: widest)?.contains("the file ends inside the array") == true)
  }

  @Test func tooManyBytesAreAFault() {
    let limits = JSONLimits(maximumBytes: 4)
    #expect(firstFault(Array("1234".utf8), limits: limits) == nil)
    #expect(firstFault(Array("12345".utf8), limits: limits) == "expected at most 4 bytes, found 5")
  }

  @Test func tooManyValuesAreAFault() {
    let limits = JSONLimits(maximumValues: 3)
    #expect(firstFault(Array("[1,2]".utf8), limits: limits) == nil)
    #expect(
      firstFault(Array("[1,2,3]".utf8), limits: limits)
        == "line 1, column 6: /2: expected at most 3 values, found more")
  }

  @Test func longWordsAreShortenedInMessages() {
    let fault = firstFault(Array(String(repeating: "x", count: 100_000).utf8)) ?? ""
    #expect(fault.utf8.count < 200)
    let number = firstFault(Array(String(repeating: "9", count: 100_000).utf8)) ?? ""
    #expect(number.utf8.count < 200)
  }
}
