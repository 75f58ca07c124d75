import FleetSimulation
import Testing

@Suite struct ArrivalTests {
  @Test func sessionAndCacheAreOptional() {
    let arrival = Arrival(seconds: 1, classIndex: 0, inputTokens: 10, outputTokens: 2)
    #expect(arrival.session == 0 && arrival.cachedTokens == 0)
  }
}
