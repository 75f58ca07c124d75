import Testing

@testable import FleetReporting
