import FleetJSON
import Testing

@Suite struct RoundTripTests {
  /// Document → text → node → document gives the same document, and the same bytes when written again.
  @Test(arguments: 0..<8 as Range<UInt64>)
  func randomDocumentsSurvive(seed: UInt64) throws {
    var documents = RandomDocument(seed: seed)
    for round in 0..<150 {
      let document = documents.value()
      for pretty in [true, false] {
        let text = document.encoded(pretty: pretty)
        let node = try JSONParser.parse(text: text, source: "seed \(seed), round \(round)")
        let again = JSONOutput(node)
        #expect(isSame(again, document), "seed \(seed), round \(round): \(text)")
        #expect(again.encoded(pretty: pretty) == text, "seed \(seed), round \(round)")
      }
    }
  }

  /// Whatever happens to the bytes, the parser gives a value or faults that lie within the text.
  @Test(arguments: 100..<108 as Range<UInt64>)
  func mutatedBytesNeverCrash(seed: UInt64) {
    var documents = RandomDocument(seed: seed)
    for round in 0..<300 {
      let bytes = mutated(Array(documents.value(depth: 3).encoded().utf8), using: &documents.generator)
      let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
      do throws(Faults) {
        let node = try JSONParser.parse(bytes, source: "")
        #expect(node.line <= lines.count)
      } catch {
        #expect(!error.all.isEmpty)
        for fault in error.all {
          let line = fault.line ?? 0
          let column = fault.column ?? 0
          #expect((1...lines.count).contains(line), "seed \(seed), round \(round): \(fault)")
          guard (1...lines.count).contains(line) else { continue }
          #expect((1...(lines[line - 1].count + 1)).contains(column), "seed \(seed), round \(round): \(fault)")
        }
      }
    }
  }

  /// A whole document has no prefix that is a whole document; the fault stands at the end of the prefix.
  @Test func everyTruncationIsAFault() {
    let sample = #"{"naïve": [1.5e-3, true, null, "a\u00e9\n😀", {"x": -0, "y": []}], "é": {"z": false}}"#
    let bytes = Array(sample.utf8)
    #expect(allFaults(bytes) == [])
    for length in 1..<bytes.count {
      let prefix = Array(bytes[..<length])
      let faults = allFaults(prefix)
      #expect(faults.count == 1, "\(length) bytes: \(faults)")
      #expect(faults.first?.contains("the file ends inside the ") == true, "\(length) bytes: \(faults)")
      let column = prefix.count { $0 & 0xC0 != 0x80 } + 1
      #expect(faults.first?.hasPrefix("line 1, column \(column): ") == true, "\(length) bytes: \(faults)")
    }
  }

  @Test func linesEndWithLineFeedOrCarriageReturnLineFeed() throws {
    for lineEnd in ["\n", "\r\n"] {
      let text = "[\(lineEnd) \"é😀\", 1,\(lineEnd)\(lineEnd)\t{\"k\": 2}]"
      let node = try JSONParser.parse(text: text, source: "")
      guard case .array(let elements) = node.value, elements.count == 3, case .object(let members) = elements[2].value
      else {
        Issue.record("expected an array of three, the last an object")
        return
      }
      #expect(elements.map(\.line) == [2, 2, 4])
      #expect(elements.map(\.column) == [2, 8, 2])
      #expect(members.map(\.keyLine) == [4] && members.map(\.keyColumn) == [3])
      #expect(members.map(\.node.column) == [8])
    }
  }

  /// Equal as JSON: numbers by value, with the sign of zero, however they were spelled.
  private func isSame(_ a: JSONOutput, _ b: JSONOutput) -> Bool {
    switch (a, b) {
    case (.object(let a), .object(let b)):
      return a.count == b.count
        && a.allSatisfy { key, value in b[key].map { isSame(value, $0) } ?? false }
    case (.array(let a), .array(let b)): return a.count == b.count && zip(a, b).allSatisfy { isSame($0, $1) }
    case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)):
      return Double(a) == b && (b != 0 || b.sign == .plus)
    case (.number(let a), .number(let b)): return a.bitPattern == b.bitPattern
    case (.string(let a), .string(let b)): return Array(a.utf8) == Array(b.utf8)
    default: return a == b
    }
  }
}
