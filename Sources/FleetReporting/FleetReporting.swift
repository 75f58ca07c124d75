// Module FleetReporting.
