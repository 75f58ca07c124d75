import FleetJSON

/// What a lease file says. All contents of one lease have the same length, so that a sign of life overwrites it in place.
struct LeaseContent: Hashable, Sendable {
  static let format = "fleetplan-lease/1"

  var holder: ProcessIdentity
  /// Tells apart the holders of one process.
  var token: UInt64
  /// Signs of life given.
  var beat: Int
  /// Whether the holder is done with the job.
  var isReleased: Bool

  func encoded() -> [UInt8] {
    let object: JSONOutput = [
      "format": .string(Self.format),
      "host": .string(holder.host),
      "boot_id": .string(holder.bootID),
      "pid_namespace": .string(holder.namespace),
      "pid": .integer(holder.pid),
      "start_ticks": .integer(holder.startTicks),
      "token": .string(Self.padded(String(token, radix: 16), 16)),
      "beat": .string(Self.padded(String(beat), 12)),
      "released": .integer(isReleased ? 1 : 0),
    ]
    return Array(object.encoded().utf8)
  }

  init(holder: ProcessIdentity, token: UInt64, beat: Int = 0, isReleased: Bool = false) {
    self.holder = holder
    self.token = token
    self.beat = beat
    self.isReleased = isReleased
  }

  /// `nil` when the text is no whole lease, as that of a writer that was killed may be.
  init?(_ bytes: [UInt8]) {
    guard let content = try? JSONParser.decode(bytes, source: "lease", { LeaseContent($0) }) else { return nil }
    self = content
  }

  private init?(_ reader: JSONReader) {
    let keys = ["format", "host", "boot_id", "pid_namespace", "pid", "start_ticks", "token", "beat", "released"]
    guard let object = reader.object("a lease", keys: keys), object.string("format") == Self.format,
      let host = object.string("host", allowEmpty: true), let bootID = object.string("boot_id", allowEmpty: true),
      let namespace = object.string("pid_namespace", allowEmpty: true), let pid = object.integer("pid"),
      let startTicks = object.integer("start_ticks"), let tokenText = object.string("token"),
      let beatText = object.string("beat"), let released = object.integer("released"),
      let token = UInt64(tokenText, radix: 16), let beat = Int(beatText)
    else {
      reader.fault("expected a lease")
      return nil
    }
    holder = ProcessIdentity(host: host, bootID: bootID, namespace: namespace, pid: pid, startTicks: startTicks)
    self.token = token
    self.beat = beat
    isReleased = released == 1
  }

  private static func padded(_ digits: String, _ count: Int) -> String {
    String(repeating: "0", count: max(0, count - digits.count)) + digits
  }
}
