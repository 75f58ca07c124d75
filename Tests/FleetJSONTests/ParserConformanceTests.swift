import FleetJSON
import Testing

@Suite struct ParserConformanceTests {
  /// Texts that RFC 8259 allows, with their values written by the canonical writer.
  @Test(arguments: [
    ("0", "0"), ("-0", "-0"), ("1e3", "1000"), ("1E+2", "100"), ("25e-1", "2.5"), ("-12.50", "-12.5"),
    ("1e308", "1e+308"),
    ("5e-324", "5e-324"), ("1e-400", "0"), ("9007199254740993", "9007199254740993"),
    ("123456789012345678901", "1.2345678901234568e+20"),
    ("0.1", "0.1"), ("1.7976931348623157e308", "1.7976931348623157e+308"), ("0e99999999999999999999", "0"),
    ("true", "true"), ("false", "false"), ("null", "null"), ("\"\"", "\"\""), (" \r\n\t[ ] ", "[]"), ("{ }", "{}"),
    ("[1 , 2]", "[1,2]"), (#"{"b":1,"a":[{}]}"#, #"{"a":[{}],"b":1}"#),
    (#""\" \\ \/ \b\f\n\r\t""#, #""\" \\ / \u0008\u000c\n\r\t""#), (#""\u00e9\u20AC\uD83D\uDE00""#, "\"é€😀\""),
    (#""\u0000""#, #""\u0000""#), ("\"é€😀\u{10FFFF}\u{7F}\"", "\"é€😀\u{10FFFF}\u{7F}\""),
    (#"{"":{"":0}}"#, #"{"":{"":0}}"#),
  ])
  func accepts(text: String, canonical: String) throws {
    let node = try JSONParser.parse(text: text, source: "sample.json")
    #expect(JSONOutput(node).encoded(pretty: false) == canonical + "\n")
  }

  /// Texts that are no JSON, with the first fault in full.
  @Test(arguments: [
    ("", "line 1, column 1: expected a JSON value, found an empty file"),
    (" \n ", "line 2, column 2: expected a JSON value, found only white space"),
    ("[1,]", "line 1, column 3: expected a value after the comma, found the closing bracket (remove the comma)"),
    ("{\"a\":1,\n}", "line 1, column 7: expected a key after the comma, found the closing bracket (remove the comma)"),
    ("[,1]", "line 1, column 2: /0: expected a JSON value, found \",\""),
    ("[1,,2]", "line 1, column 4: /1: expected a JSON value, found \",\""),
    ("[1 2]", "line 1, column 4: expected \",\" or \"]\" in the array opened at line 1, column 1, found \"2\""),
    ("[1}", "line 1, column 3: expected \",\" or \"]\" in the array opened at line 1, column 1, found \"}\""),
    ("{\"a\" 1}", "line 1, column 6: /a: expected \":\" after the key \"a\", found \"1\""),
    (
      "{a: 1}",
      "line 1, column 2: expected a key in double quotes, found \"a\" (write strings and keys in double quotes)"
    ),
    (
      "{'a': 1}",
      "line 1, column 2: expected a key in double quotes, found \"'\" (write strings and keys in double quotes)"
    ),
    (
      "{\"a\": 1 \"b\": 2}",
      "line 1, column 9: expected \",\" or \"}\" in the object opened at line 1, column 1, found a double quote (is a comma missing?)"
    ),
    ("NaN", "line 1, column 1: expected a JSON value, found \"NaN\" (JSON has only finite numbers)"),
    ("[Infinity]", "line 1, column 2: /0: expected a JSON value, found \"Infinity\" (JSON has only finite numbers)"),
    (
      "-Infinity",
      "line 1, column 2: expected a digit after the minus sign, found \"Infinity\" (JSON has only finite numbers)"
    ),
    ("True", "line 1, column 1: expected a JSON value, found \"True\" (write true)"),
    ("None", "line 1, column 1: expected a JSON value, found \"None\" (write null)"),
    ("truely", "line 1, column 1: expected a JSON value, found \"truely\" (write strings and keys in double quotes)"),
    ("// x\n1", "line 1, column 1: expected a JSON value, found \"/\" (JSON has no comments)"),
    ("[1, # x\n2]", "line 1, column 5: /1: expected a JSON value, found \"#\" (JSON has no comments)"),
    ("01", "line 1, column 1: expected a number without leading zeros, found 01 (remove the leading zeros)"),
    ("-007", "line 1, column 1: expected a number without leading zeros, found -007 (remove the leading zeros)"),
    ("+1", "line 1, column 1: expected a JSON value, found \"+\" (write a positive number without a sign)"),
    (".5", "line 1, column 1: expected a JSON value, found \".\" (write a digit before the decimal point)"),
    ("[1.]", "line 1, column 4: /0: expected a digit after the decimal point, found \"]\""),
    ("[1e+]", "line 1, column 5: /0: expected a digit after the exponent sign, found \"]\""),
    ("[1e]", "line 1, column 4: /0: expected a digit after the exponent sign, found \"]\""),
    (
      "[0x10]",
      "line 1, column 3: expected \",\" or \"]\" in the array opened at line 1, column 1, found \"x10\" (write strings and keys in double quotes)"
    ),
    ("1e999", "line 1, column 1: expected a number within ±1.8e308, found 1e999 (the number overflows a 64-bit float)"),
    (
      "[-1e309]",
      "line 1, column 2: /0: expected a number within ±1.8e308, found -1e309 (the number overflows a 64-bit float)"
    ),
    (
      "\"a\nb\"",
      "line 1, column 3: expected the string opened at line 1, column 1 to close on its line, found a line break (write a line break in a string as \\n)"
    ),
    ("\"a\tb\"", "line 1, column 3: expected control characters in strings to be escaped, found 0x09"),
    (#""\x""#, #"line 1, column 2: expected one of \" \\ \/ \b \f \n \r \t \u, found "\x" (write a backslash as \\)"#),
    (#""\u12G4""#, #"line 1, column 2: expected four hexadecimal digits after \u"#),
    (#""\u12""#, #"line 1, column 2: expected four hexadecimal digits after \u"#),
    (#""\uD800""#, #"line 1, column 2: expected a surrogate pair, found the lone surrogate \uD800"#),
    (#""\uD800\u0041""#, #"line 1, column 2: expected a surrogate pair, found the lone surrogate \uD800"#),
    (#""\uDC00""#, #"line 1, column 2: expected a surrogate pair, found the lone surrogate \uDC00"#),
    ("1 2", "line 1, column 3: expected the end of the file after the value, found \"2\""),
    ("{} {}", "line 1, column 4: expected the end of the file after the value, found \"{\" (a file holds one value)"),
    ("[1]]", "line 1, column 4: expected the end of the file after the value, found \"]\""),
    ("[\u{A0}1]", "line 1, column 2: /0: expected a JSON value, found the character U+00A0"),
    (
      "\u{FEFF}1",
      "line 1, column 1: expected a JSON value, found a byte order mark (save the file as UTF-8 without byte order mark)"
    ),
    ("{\"a\":[1,{\"b\":\n\"x", "line 2, column 3: /a/1/b: the file ends inside the string opened at line 2, column 1"),
    ("{\"a\":[1,\n", "line 2, column 1: /a/1: the file ends inside the array opened at line 1, column 6"),
    ("{\"a\"", "line 1, column 5: /a: the file ends inside the object opened at line 1, column 1"),
    ("tru", "line 1, column 4: the file ends inside the word \"tru\""),
    ("[nul", "line 1, column 5: /0: the file ends inside the array opened at line 1, column 1"),
    ("-", "line 1, column 2: the file ends inside a number"),
    ("[1.", "line 1, column 4: /0: the file ends inside the array opened at line 1, column 1"),
  ])
  func rejects(text: String, fault: String) {
    #expect(firstFault(Array(text.utf8)) == fault)
  }

  @Test(
    arguments: [
      ([0x22, 0x80, 0x22], 0x80), ([0x22, 0xC0, 0x80, 0x22], 0xC0), ([0x22, 0xE0, 0x80, 0x80, 0x22], 0xE0),
      ([0x22, 0xED, 0xA0, 0x80, 0x22], 0xED), ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 0xF4),
      ([0x22, 0xF0, 0x80, 0x80, 0x80, 0x22], 0xF0), ([0x22, 0xE2, 0x82, 0x22], 0xE2), ([0x22, 0xFF, 0x22], 0xFF),
      ([0x22, 0xF1, 0x80, 0x80, 0x22], 0xF1),
    ] as [([UInt8], UInt8)])
  func rejectsInvalidUTF8(bytes: [UInt8], culprit: UInt8) {
    let name = String(culprit, radix: 16, uppercase: true)
    #expect(
      firstFault(bytes) == "line 1, column 2: expected UTF-8, found the byte 0x\(name) (save the file as UTF-8)")
  }

  @Test func rejectsUTF16() {
    #expect(
      firstFault([0xFF, 0xFE, 0x31, 0x00])
        == "line 1, column 1: expected UTF-8, found UTF-16 (save the file as UTF-8 without byte order mark)")
    #expect(firstFault([0x5B, 0xC3, 0x28]) == "line 1, column 2: /0: expected a JSON value, found the byte 0xC3")
  }

  @Test func reportsEveryIndependentFault() {
    let text = """
      {"a": 1, "a": 2,
       "b": [1e999, "\\q", "\\uD800", 3,],
       "a": {"c": 0, "c": 1}}
      """
    let faults = allFaults(Array(text.utf8))
    #expect(
      faults == [
        #"line 1, column 10: /a: duplicate key "a", first written at line 1, column 2"#,
        #"line 2, column 8: /b/0: expected a number within ±1.8e308, found 1e999 (the number overflows a 64-bit float)"#,
        #"line 2, column 16: /b/1: expected one of \" \\ \/ \b \f \n \r \t \u, found "\q" (write a backslash as \\)"#,
        #"line 2, column 22: /b/2: expected a surrogate pair, found the lone surrogate \uD800"#,
        #"line 2, column 32: /b: expected a value after the comma, found the closing bracket (remove the comma)"#,
        #"line 3, column 2: /a: duplicate key "a", first written at line 1, column 2"#,
        #"line 3, column 16: /a/c: duplicate key "c", first written at line 3, column 8"#,
      ])
  }

  @Test func findsDuplicatesInLargeObjects() {
    let members = (0..<100).map { "\"key\($0)\": \($0)" } + ["\"key7\": 0", "\"key99\": 0"]
    let faults = allFaults(Array("{\(members.joined(separator: ",\n"))}".utf8))
    #expect(
      faults == [
        #"line 101, column 1: /key7: duplicate key "key7", first written at line 8, column 1"#,
        #"line 102, column 1: /key99: duplicate key "key99", first written at line 100, column 1"#,
      ])
  }

  @Test func canonicallyEquivalentKeysAreDuplicates() {
    #expect(
      allFaults(Array("{\"\u{E9}\": 1, \"e\u{301}\": 2}".utf8)).count == 1)
  }

  @Test func capsTheNumberOfFaults() {
    let text = "[" + Array(repeating: "1e999", count: 1000).joined(separator: ",") + "]"
    let faults = allFaults(Array(text.utf8))
    #expect(faults.count == 201)
    #expect(faults.last == "and 800 more")
  }
}

/// Every fault of a text, as shown to the user without the source; empty when it is accepted.
func allFaults(_ bytes: [UInt8], limits: JSONLimits = .init()) -> [String] {
  do throws(Faults) {
    _ = try JSONParser.parse(bytes, source: "sample.json", limits: limits)
    return []
  } catch {
    return error.all.map(\.description)
  }
}

func firstFault(_ bytes: [UInt8], limits: JSONLimits = .init()) -> String? {
  allFaults(bytes, limits: limits).first
}
