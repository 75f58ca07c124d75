import FleetJSON
import FleetPlan

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One of the two streams that the process writes to.
struct Terminal: Sendable {
  /// What was asked for.
  static let output = Terminal(descriptor: STDOUT_FILENO)
  /// Faults, warnings and progress.
  static let errors = Terminal(descriptor: STDERR_FILENO)

  let descriptor: Int32

  /// Whether a person is likely to be looking.
  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Columns: those of the terminal, else of the variable `COLUMNS`, else 100.
  var width: Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return Terminal.variable("COLUMNS").flatMap { Int($0) }.map { min(max($0, 40), 1000) } ?? 100
  }

  /// Writes all of `text`. A reader that has gone away ends the writing, not the process.
  func write(_ text: String) {
    var text = text
    text.withUTF8 { buffer in
      var rest = UnsafeRawBufferPointer(buffer)
      while let start = rest.baseAddress, !rest.isEmpty {
        let count = systemWrite(descriptor, start, rest.count)
        if count < 0, errno == EINTR { continue }
        if count < 0, errno == EAGAIN {
          var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&waiting, 1, -1)
          continue
        }
        if count <= 0 { return }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }

  /// How plans look on this stream.
  func style(_ choice: ColorChoice) -> TextStyle {
    TextStyle(color: usesColor(choice), width: width, unicode: Terminal.localeIsUnicode)
  }

  /// How faults look on this stream.
  func faultStyle(_ choice: ColorChoice = .auto) -> FaultText {
    FaultText(color: usesColor(choice), width: width)
  }

  private func usesColor(_ choice: ColorChoice) -> Bool {
    switch choice {
    case .always: true
    case .never: false
    case .auto:
      isTerminal && (Terminal.variable("NO_COLOR") ?? "").isEmpty && Terminal.variable("TERM") != "dumb"
    }
  }

  /// Without this a reader that closes early, such as `head`, would kill the process before its files are written.
  static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  /// Whether the locale's character set is UTF-8; it is assumed to be where no locale is set.
  static var localeIsUnicode: Bool {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      guard let value = variable(name)?.lowercased(), !value.isEmpty else { continue }
      return value.contains("utf-8") || value.contains("utf8")
    }
    return true
  }

  static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  static func isRegularFile(_ path: String) -> Bool { mode(of: path) == S_IFREG }

  static func isFolder(_ path: String) -> Bool { mode(of: path) == S_IFDIR }

  private static func mode(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

func exitProcess(_ status: Int32) -> Never { exit(status) }
