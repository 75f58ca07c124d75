/// How the global scheduler picks the instances of a request.
///
/// Ties go to the instance with the lowest number. Requests only go where their class is admitted, their KV cache fits and an
/// instance is up; a policy that follows the plan's routes does as `shortestQueue` when none of them can be used.
public enum RoutingPolicy: String, CaseIterable, Sendable, Hashable {
  /// Groups at random in proportion to the plan's routes. Within a group as `Policy.router` says: a shared queue of
  /// prompts and the decode instance with the fewest sequences, or any instance at random.
  case planWeighted = "plan_weighted"
  /// All instances that admit the class in turn, whatever their load.
  case roundRobin = "round_robin"
  /// The prefill instance with the fewest prompts and the decode instance with the fewest sequences.
  case shortestQueue = "shortest_queue"
  /// The prefill instance with the fewest prompt tokens and the decode instance with the least of its KV cache in use.
  case leastKV = "least_kv"
  /// Requests of one session go to the same instances; those without a session, and those whose instance is down, as
  /// `planWeighted` says.
  case sessionAffinity = "session_affinity"
}
