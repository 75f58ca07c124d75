import FleetJSON
import Testing

@testable import fleetplan

@Suite struct FaultTextTests {
  private func text(_ line: String, _ column: Int, width: Int = 60) -> String {
    var style = FaultText()
    style.width = width
    style.sourceLines = { _, _ in [7: line] }
    let fault = Fault(path: "/a", line: 7, column: column, message: "expected b", hint: "write b")
    return style.text(of: Faults(source: "f.json", all: [fault]))
  }

  @Test func caretUnderTheColumn() {
    #expect(
      text("  \"a\": 1", 8) == """
        f.json:7:8: /a: expected b
          7 |   "a": 1
            |        ^
          hint: write b

        """)
  }

  /// Tabs, combining marks and controls take one column each, so that the caret stays right.
  @Test func oddCharacters() {
    #expect(text("\t\u{301}\u{202E}x", 4).contains("  7 |  \u{FFFD}\u{FFFD}x\n    |    ^"))
    #expect(text("\u{1B}x", 2).contains("7 | \\u001Bx\n    |       ^"))
  }

  /// Of a long line the part around the column is shown.
  @Test func longLine() {
    let line = String(repeating: "a", count: 500) + "X" + String(repeating: "b", count: 500)
    let lines = text(line, 501).split(separator: "\n")
    #expect(lines[1].count <= 60)
    #expect(lines[1].contains("…aa") && lines[1].hasSuffix("b…"))
    let caret = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) } ?? 0
    #expect(Array(lines[1])[caret] == "X")
  }

  /// A column behind the line, as at the end of a file, has its caret; one further has no excerpt.
  @Test func columnsBehindTheLine() {
    #expect(text("abc", 4).contains("|    ^"))
    #expect(!text("abc", 5).contains("^"))
  }

  @Test func linesOfAText() {
    let bytes = Array("a\r\nb\n\nd".utf8)
    #expect(SourceLines.lines(of: bytes, [1, 2, 3, 4, 5]) == [1: "a", 2: "b", 3: "", 4: "d"])
    #expect(SourceLines.lines(of: [], [1]) == [1: ""])
    #expect(SourceLines.lines(of: bytes, []).isEmpty)
  }

  @Test func failuresAsJSON() {
    let failure = CommandFailure([Faults(source: "f", all: [Fault(path: "/a", line: 1, column: 2, message: "m")])])
    #expect(
      failure.encoded().encoded(pretty: false)
        == "{\"faults\":[{\"column\":2,\"hint\":null,\"line\":1,\"message\":\"m\",\"path\":\"/a\",\"source\":\"f\"}],"
        + "\"message\":\"1 fault in the input\",\"status\":2}\n")
  }
}

@Suite struct FiguresTests {
  @Test func sizes() {
    #expect(Figures.memory(85_899_345_920) == "80\u{A0}GiB")
    #expect(Figures.memory(64e9) == "64\u{A0}GB")
    #expect(Figures.bandwidth(3.35e12) == "3.35\u{A0}TB/s")
    #expect(Figures.flops(989e12) == "989\u{A0}TFLOP/s")
    #expect(Figures.count(70_553_706_496) == "70.6\u{A0}B")
    #expect(Figures.tokens(131_072) == "128\u{A0}Ki")
    #expect(Figures.tokens(4096) == "4,096")
    #expect(Figures.roughCount(706_213.9) == "706,200")
    #expect(Figures.roughCount(.infinity) == "no limit")
  }
}
