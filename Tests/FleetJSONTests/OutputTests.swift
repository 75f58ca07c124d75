import FleetJSON
import Testing

@Suite struct OutputTests {
  @Test func writesSortedIndentedText() {
    let document: JSONOutput = [
      "name": "chat", "counts": [1, 2], "empty": [], "none": [:], "price": 2.5, "active": true, "stock": nil,
      "Z": ["x": -3], "é": 1,
    ]
    #expect(
      document.encoded() == """
        {
          "Z": {
            "x": -3
          },
          "active": true,
          "counts": [
            1,
            2
          ],
          "empty": [],
          "name": "chat",
          "none": {},
          "price": 2.5,
          "stock": null,
          "é": 1
        }

        """)
    #expect(
      document.encoded(pretty: false)
        == #"{"Z":{"x":-3},"active":true,"counts":[1,2],"empty":[],"name":"chat","none":{},"price":2.5,"stock":null,"é":1}"#
        + "\n")
  }

  @Test(
    arguments: [
      (0, "0"), (-0.0, "-0"), (1, "1"), (1e15, "1000000000000000"), (0x1p53, "9007199254740992"), (1e22, "1e+22"),
      (0.1, "0.1"), (1e-7, "1e-07"), (2.0 / 3, "0.6666666666666666"), (1e308, "1e+308"),
      (.leastNonzeroMagnitude, "5e-324"),
      (.infinity, "null"), (-.infinity, "null"), (.nan, "null"),
    ] as [(Double, String)])
  func numbersAreTheShortestThatReadBack(number: Double, text: String) {
    #expect(JSONOutput.number(number).encoded() == text + "\n")
  }

  @Test func integersAreWrittenInFull() {
    #expect(JSONOutput.integer(.max).encoded() == "9223372036854775807\n")
    #expect(JSONOutput.integer(.min).encoded() == "-9223372036854775808\n")
  }

  @Test func controlsAreEscaped() {
    #expect(
      JSONOutput.string("\u{0}\u{1F}\"\\/\n\r\t\u{7F}é").encoded() == #""\u0000\u001f\"\\/\n\r\t"# + "\u{7F}é\"\n")
  }

  @Test func optionalsBecomeNull() {
    #expect(JSONOutput(nil as Double?) == .null)
    #expect(JSONOutput(2.5 as Double?) == .number(2.5))
    #expect(JSONOutput(3 as Int?) == .integer(3))
    #expect(JSONOutput("x" as String?) == .string("x"))
  }
}
