import FleetJSON
import Testing

@testable import FleetServing

@Suite struct CSVTableTests {
  private func table(_ text: String) throws -> CSVTable { try CSVTable(Array(text.utf8), source: "t.csv") }

  private func cells(_ table: CSVTable) -> [[String]] {
    (0..<table.rowCount).map { row in table.columns.indices.map { table.text(row: row, column: $0) } }
  }

  static func faults(_ text: String) -> [String] { faults(Array(text.utf8)) }

  static func faults(_ bytes: [UInt8]) -> [String] {
    do {
      _ = try CSVTable(bytes, source: "t.csv")
      return []
    } catch { return error.all.map(\.description) }
  }

  @Test(arguments: ["a,b\n1,2\n", "a,b\n1,2", "a,b\r\n1,2\r\n", "\u{FEFF}a,b\n1,2\n", "\"a\",\"b\"\n\"1\",\"2\"\n\n\n"])
  func plainTables(text: String) throws {
    let table = try table(text)
    #expect(table.columns == ["a", "b"])
    #expect(cells(table) == [["1", "2"]])
    #expect(table.line(ofRow: 0) == 2)
  }

  @Test func quotesCommasAndLineFeeds() throws {
    let table = try table("a,b,c\n\"x, y\",\"he said \"\"no\"\"\",\"two\r\nlines\"\n,\"\",3\n")
    #expect(cells(table) == [["x, y", "he said \"no\"", "two\r\nlines"], ["", "", "3"]])
    #expect(table.line(ofRow: 1) == 4)
    #expect(table.isEmpty(row: 1, column: 0))
    #expect(table.isEmpty(row: 1, column: 1))
    #expect(String(decoding: table.raw(row: 0, column: 1), as: UTF8.self) == "\"he said \"\"no\"\"\"")
    #expect(table.fault(row: 1, column: 2, "wrong").description == "line 4, column 5: row 2, c: wrong")
    #expect(table.fault(row: 0, column: 2, "wrong").description == "line 2, column 25: row 1, c: wrong")
  }

  @Test func oneColumnMayBeEmptyInQuotesOnly() throws {
    #expect(cells(try table("a\n\"\"\nx\n")) == [[""], ["x"]])
    #expect(Self.faults("a\n\nx\n") == ["line 2, column 1: row 1: expected 1 field, found an empty line"])
  }

  @Test(arguments: [
    ("", "expected a line of column names, found an empty file"),
    ("\n\n", "expected a line of column names, found an empty file"),
    ("a,a\n", "line 1, column 3: header: column 2 has the name \"a\" of column 1"),
    ("a,,c\n", "line 1, column 3: header: expected the name of column 2, found nothing"),
    ("a,b\n1\n", "line 2, column 1: row 1: expected 2 fields, found 1"),
    (
      "a,b\n1,2,3\n",
      "line 2, column 5: row 1: expected 2 fields, found 3 (a field that holds a comma stands in quotes)"
    ),
    ("a,b\n\n1,2\n", "line 2, column 1: row 1: expected 2 fields, found an empty line"),
    ("a,b\n1,x\"y\n", "line 2, column 4: found a quote inside a field that does not start with one"),
    ("a,b\n1,\"x\"y\n", "line 2, column 6: expected a comma or the end of the line after a closing quote"),
    ("a,b\n1,\"x\n2,3\n", "line 2, column 3: the quote that opens here is never closed"),
    ("a,b\n1\r,2\n", "line 2, column 2: found a carriage return without a line feed"),
    ("a,b\n\0,2\n", "line 2, column 1: expected text, found a zero byte"),
    ("ä,b\né,x\"\n", "line 2, column 4: found a quote inside a field"),
  ])
  func faultsAreLocated(text: String, message: String) throws {
    let found = Self.faults(text)
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix(message) == true, "\(found)")
  }

  @Test func otherEncodingsAreRefused() {
    #expect(Self.faults([0x61, 0x0A, 0xFF, 0xFE]).first?.hasPrefix("line 2, column 1: expected UTF-8") == true)
  }

  @Test func allFaultsAtOnceUpToALimit() {
    #expect(Self.faults("a,b\n1\n2,3\n4\n5,6,7\n").count == 3)
    let many = Self.faults("a,b\n" + String(repeating: "1\n", count: 1000))
    #expect(many.count == 201)
    #expect(many.last == "and 800 more")
  }

  /// What `encoded(_:)` writes is read back.
  @Test func fieldsRoundTrip() throws {
    var generator = SeededGenerator(seed: 7)
    let letters: [Character] = ["a", ",", "\"", "\n", "\r", " ", "é", "1"]
    for _ in 0..<200 {
      let width = Int.random(in: 2...5, using: &generator)
      let rows = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        (0..<width).map { _ in
          String(
            (0..<Int.random(in: 0...6, using: &generator)).map { _ in letters.randomElement(using: &generator) ?? "a" })
        }
      }
      let header = (0..<width).map { "c\($0)" }
      let text = ([header] + rows).map { $0.map(CSVTable.encoded).joined(separator: ",") + "\n" }.joined()
      let read = try table(text)
      // A Character may hold both CR and LF, so that texts are compared by their scalars.
      #expect(
        cells(read).map { $0.map { Array($0.unicodeScalars) } } == rows.map { $0.map { Array($0.unicodeScalars) } })
    }
  }

  @Test func anyBytesAreReadOrRefused() {
    var generator = SeededGenerator(seed: 11)
    let bytes = Array("a,\"\n\r1\u{FEFF}".utf8)
    for _ in 0..<500 {
      let text = (0..<Int.random(in: 0...30, using: &generator)).map { _ in bytes.randomElement(using: &generator) ?? 0
      }
      _ = Self.faults(text)
    }
  }
}
