@_exported import FleetPlanning
@_exported import FleetReporting
@_exported import FleetServing
@_exported import FleetSimulation
