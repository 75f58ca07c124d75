/// Where a reader stands in its document, kept as a chain of containers so that a path is spelled only for a fault.
final class JSONTrail: Sendable {
  enum Step: Sendable {
    case root(String)
    case key(String)
    case index(Int)
  }

  let parent: JSONTrail?
  let step: Step

  init(parent: JSONTrail?, step: Step) {
    self.parent = parent
    self.step = step
  }

  /// JSON pointer of this place.
  var pointer: String { JSONTrail.pointer(parent: parent, step: step) }

  static func pointer(parent: JSONTrail?, step: Step) -> String {
    var parts = [text(of: step)]
    var place = parent
    while let current = place {
      parts.append(text(of: current.step))
      place = current.parent
    }
    return parts.reversed().joined()
  }

  private static func text(of step: Step) -> String {
    switch step {
    case .root(let prefix): prefix
    case .key(let key): "/" + pointerEscaped(key)
    case .index(let index): "/\(index)"
    }
  }
}
