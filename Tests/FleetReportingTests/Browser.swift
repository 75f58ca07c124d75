import FleetJSON
import Foundation

/// Headless Chromium, where it is installed.
struct Browser {
  static let path: String? = {
    let names = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
    return names.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// What a script in the page found at one width.
  struct Measure {
    /// Width of the window and of what is in it [px].
    var window: Double
    var content: Double
    /// Elements that are empty, have no size or stick out, in words.
    var faults: [String]
    var tables: Int
    var charts: Int
    /// Colour of the page behind the text, for example `rgb(17, 22, 29)`.
    var background: String
  }

  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "fleetplan-page-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func close() { try? FileManager.default.removeItem(at: folder) }

  /// Opens a copy of the page, which a script measures, in a frame of `width` px. The frame makes widths below that of
  /// Chromium's smallest window possible.
  func measure(_ html: String, width: Int, isDark: Bool) throws -> Measure {
    let script = "<script>\(Browser.script)</script></body>"
    try write(html.replacingOccurrences(of: "</body>", with: script), "page.html")
    try write(
      """
      <!doctype html><body style="margin:0"><iframe src="page.html" style="border:0;width:\(width)px;height:900px"></iframe>
      <pre id="found"></pre>
      <script>addEventListener("message", e => { document.getElementById("found").textContent = e.data })</script>
      </body>
      """, "frame.html")
    let output = try run(
      [
        "--dump-dom", "--virtual-time-budget=4000", "--window-size=1400,1000",
        folder.appending(path: "frame.html").path,
      ],
      isDark: isDark)
    guard let start = output.range(of: "<pre id=\"found\">"),
      let end = output.range(of: "</pre>", range: start.upperBound..<output.endIndex)
    else { throw CocoaError(.fileReadCorruptFile) }
    let text = output[start.upperBound..<end.lowerBound].replacingOccurrences(of: "&lt;", with: "<")
      .replacingOccurrences(of: "&gt;", with: ">").replacingOccurrences(of: "&amp;", with: "&")
    let found = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    func number(_ key: String) -> Double { (found[key] as? NSNumber)?.doubleValue ?? -1 }
    return Measure(
      window: number("window"), content: number("content"), faults: found["faults"] as? [String] ?? ["nothing found"],
      tables: Int(number("tables")), charts: Int(number("charts")), background: found["background"] as? String ?? "")
  }

  /// A picture of the top of the page.
  func screenshot(_ html: String, to file: URL, width: Int, height: Int) throws {
    try write(html, "page.html")
    _ = try run(
      ["--screenshot=\(file.path)", "--window-size=\(width),\(height)", folder.appending(path: "page.html").path],
      isDark: false)
  }

  private func write(_ text: String, _ name: String) throws {
    try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
  }

  private func run(_ arguments: [String], isDark: Bool) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: Browser.path ?? "")
    process.arguments =
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files",
        "--no-first-run", "--user-data-dir=\(folder.appending(path: "profile").path)",
        "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)",
      ] + arguments
    let output = folder.appending(path: "output")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return try String(contentsOf: output, encoding: .utf8)
  }

  /// Looks at every element once the page is laid out. What scrolls within its own box may be wider than that box.
  private static let script = """
    addEventListener("load", () => {
      document.querySelectorAll("details").forEach(e => { e.open = true });
      const faults = [];
      const name = e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + " " + (e.textContent || "").trim().slice(0, 40);
      const width = document.documentElement.clientWidth;
      for (const e of document.querySelectorAll("section, table, svg, figure, h1, h2, h3, p, li, dl > div, tr")) {
        const box = e.getBoundingClientRect();
        if (box.width < 1 || box.height < 1) faults.push("no size: " + name(e));
        if (!e.closest("svg") && !e.textContent.trim()) faults.push("empty: " + name(e));
        if (!e.closest(".scroll") && (box.right > width + 1 || box.left < -1)) faults.push("sticks out: " + name(e));
      }
      for (const e of document.querySelectorAll("p, li, h1, h2, h3, dd, dt, th, td, summary, figcaption")) {
        if (getComputedStyle(e).overflow !== "visible" || e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
            && getComputedStyle(e).display !== "inline") faults.push("clipped: " + name(e));
      }
      for (const svg of document.querySelectorAll("svg")) {
        const frame = svg.getBoundingClientRect();
        for (const text of svg.querySelectorAll("text")) {
          const box = text.getBoundingClientRect();
          if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 2
              || box.bottom > frame.bottom + 2) faults.push("outside its picture: " + name(text));
        }
        if (!svg.querySelector("rect, path, line, circle")) faults.push("empty picture: " + name(svg));
        if (!svg.querySelector("title") || svg.getAttribute("role") !== "img") faults.push("mute picture: " + name(svg));
      }
      for (const table of document.querySelectorAll("table")) {
        if (!table.querySelector("tbody td")) faults.push("table without cells: " + name(table));
      }
      for (const link of document.querySelectorAll("nav a")) {
        if (!document.getElementById(decodeURIComponent(link.hash.slice(1)))) faults.push("dead link: " + name(link));
      }
      parent.postMessage(JSON.stringify({
        window: width, content: document.documentElement.scrollWidth, faults: faults,
        tables: document.querySelectorAll("table").length, charts: document.querySelectorAll("svg").length,
        background: getComputedStyle(document.body).backgroundColor,
      }), "*");
    });
    """
}
